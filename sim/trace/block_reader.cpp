// See block_reader.hpp.
#include "trace/block_reader.hpp"

#include <algorithm>
#include <cstring>

namespace mdsync {
namespace {

constexpr std::size_t kMostPiece = std::size_t{1} << 19U;
constexpr std::size_t kExcerpt = 4096;  // of a line that is too long

// The byte after the last newline in [begin, end), or null.
const char* afterLastNewline(const char* begin, const char* end) {
    while (end != begin && end[-1] != '\n') --end;
    return end == begin ? nullptr : end;
}

}  // namespace

// Reads more behind what is there; how much.
std::size_t BlockReader::fill() {
    if (begin_ > 0) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, filled_ - begin_);
        filled_ -= begin_;
        begin_ = 0;
    }
    makeRoom(filled_ + piece_ + kPadding + 1);
    const std::size_t got = ended_ ? 0 : source_->read(buffer_.get() + filled_, piece_);
    if (got == piece_) piece_ = std::min(2 * piece_, kMostPiece);
    filled_ += got;
    bytes_ += got;
    ended_ = got == 0;
    return got;
}

// Nothing is written where nothing was read: it would be most of the work for a small file.
void BlockReader::makeRoom(std::size_t wanted) {
    if (room_ >= wanted) return;
    room_ = std::max(wanted, std::min(2 * room_, wanted + 8 * kMostPiece));
    std::unique_ptr<char[]> larger = std::make_unique_for_overwrite<char[]>(room_);
    if (filled_ > 0) std::memcpy(larger.get(), buffer_.get(), filled_);
    buffer_ = std::move(larger);
}

void BlockReader::hand(Block& block, std::size_t size, bool addNewline) {
    char* const at = buffer_.get() + begin_;
    if (addNewline) at[size] = '\n';
    block.begin = at;
    block.end = at + size + (addNewline ? 1 : 0);
    begin_ += size;
}

bool BlockReader::next(Block& block, std::size_t limit) {
    block = {};
    for (;;) {
        const std::size_t had = linesLeft_ ? 0 : filled_ - begin_;  // of what is there, known to be without a newline
        const std::size_t got = fill();
        block.offset = bytes_ - filled_;
        if (const char* const end = afterLastNewline(buffer_.get() + had, buffer_.get() + filled_)) {
            hand(block, static_cast<std::size_t>(end - buffer_.get()), false);
            linesLeft_ = false;
            return true;
        }
        if (filled_ > limit) {
            skipLine();
            block.tooLong = true;
            hand(block, kExcerpt, true);
            ++begin_;  // over the added newline: what follows the line lies behind it
            linesLeft_ = true;
            return true;
        }
        if (got == 0) {
            if (filled_ == 0) return false;
            block.unterminated = true;
            hand(block, filled_, true);
            return true;
        }
    }
}

// Drops the rest of the line at the buffer's begin, keeping the excerpt. What follows the line is put behind it.
void BlockReader::skipLine() {
    filled_ = kExcerpt + 1;
    for (;;) {
        const std::size_t had = filled_;
        const std::size_t got = fill();
        if (got == 0) return;
        const char* const fresh = buffer_.get() + had;
        const void* const newline = std::memchr(fresh, '\n', got);
        filled_ = had;
        if (newline == nullptr) continue;
        const char* const rest = static_cast<const char*>(newline) + 1;
        const auto left = static_cast<std::size_t>(fresh + got - rest);
        std::memmove(buffer_.get() + had, rest, left);
        filled_ = had + left;
        return;
    }
}

}  // namespace mdsync
