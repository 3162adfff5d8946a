// Blocks of whole lines, read in large pieces, so that parsing never meets half a line and never copies a whole one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "trace/byte_source.hpp"

namespace mdsync {

// A Block is one or more lines, each with its newline. kPadding readable bytes follow the last one. Valid until the
// next block is read.
struct Block {
    const char* begin = nullptr;
    const char* end = nullptr;
    std::uint64_t offset = 0;   // of its first byte in the file
    bool unterminated = false;  // the file ends here without a newline; the one at the end of the block was added
    bool tooLong = false;       // one line that is longer than the limit; only its beginning is here
};

class BlockReader {
public:
    static constexpr std::size_t kPadding = 64;

    explicit BlockReader(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

    // Reads the next block; false at the end. A line longer than `limit` bytes comes as a block of its own.
    bool next(Block& block, std::size_t limit);

    // Why the end came early; empty if it did not.
    [[nodiscard]] const std::string& fault() const { return source_->fault(); }
    // Bytes read so far.
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

private:
    static constexpr std::size_t kFirstPiece = std::size_t{1} << 14U;

    std::size_t fill();
    void makeRoom(std::size_t wanted);
    void hand(Block& block, std::size_t size, bool addNewline);
    void skipLine();

    std::unique_ptr<ByteSource> source_;
    std::unique_ptr<char[]> buffer_;
    std::size_t room_ = 0;
    std::size_t piece_ = kFirstPiece;  // bytes to read at a time: most traces of a folder are small
    std::size_t begin_ = 0;            // what was not handed out yet: [begin_, filled_)
    std::size_t filled_ = 0;
    std::uint64_t bytes_ = 0;
    bool ended_ = false;
    bool linesLeft_ = false;  // what was not handed out may hold whole lines
};

}  // namespace mdsync
