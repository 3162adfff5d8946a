// Files, memory and the two decompressors. See byte_source.hpp.
#include "trace/byte_source.hpp"

#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "base/input_file.hpp"

namespace mdsync {
namespace {

constexpr std::size_t kInput = std::size_t{1} << 17U;

// How compressed files begin.
constexpr std::string_view kGzip = "\x1f\x8b";
constexpr std::string_view kZstd = "\x28\xb5\x2f\xfd";
constexpr std::string_view kSkippable = "\x2a\x4d\x18";  // after a byte 0x50 to 0x5f

// Ends early, with a fault, once `stop` is set: who looks through a file without an end must hear of it.
class FileSource final : public ByteSource {
public:
    // `file`: a path, or the number of an open file.
    template <class File>
    FileSource(const File& file, const std::atomic<bool>* stop) : stop_(stop), file_(file, stop) {
        fail(file_.error());
    }

    std::size_t read(char* into, std::size_t size) override {
        if (!fault_.empty()) return 0;
        if (stop_ != nullptr && stop_->load()) {
            fail(ECANCELED);
            return 0;
        }
        const std::size_t got = file_.read(into, size);
        fail(file_.error());
        return got;
    }

private:
    void fail(int error) {
        if (error != 0) fault_ = std::generic_category().message(error);
    }

    const std::atomic<bool>* stop_;
    InputFile file_;
};

class TextSource final : public ByteSource {
public:
    explicit TextSource(std::string_view text) : rest_(text) {}

    std::size_t read(char* into, std::size_t size) override {
        const std::size_t got = std::min(size, rest_.size());
        if (got > 0) std::memcpy(into, rest_.data(), got);
        rest_.remove_prefix(got);
        return got;
    }

private:
    std::string_view rest_;
};

// What was read ahead to see what it is, and then the rest.
class SniffedSource final : public ByteSource {
public:
    explicit SniffedSource(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {
        while (head_.size() < 4) {
            char bytes[4];
            const std::size_t got = source_->read(bytes, 4 - head_.size());
            if (got == 0) break;
            head_.append(bytes, got);
        }
        fault_ = source_->fault();
    }
    [[nodiscard]] bool beginsWith(std::string_view magic) const { return std::string_view(head_).starts_with(magic); }
    // A frame that zstd skips: pzstd begins with one, which says how long the next one is.
    [[nodiscard]] bool beginsSkippable() const {
        return head_.size() == 4 && (static_cast<unsigned char>(head_[0]) & 0xf0U) == 0x50 &&
               head_.ends_with(kSkippable);
    }

    std::size_t read(char* into, std::size_t size) override {
        const std::size_t ahead = std::min(size, head_.size());
        if (ahead > 0) std::memcpy(into, head_.data(), ahead);
        head_.erase(0, ahead);
        if (ahead == size) return size;
        const std::size_t got = source_->read(into + ahead, size - ahead);
        fault_ = source_->fault();
        return ahead + got;
    }

private:
    std::unique_ptr<ByteSource> source_;
    std::string head_;
};

// The part that both decompressors share: input at hand, and what its end means.
class Decompressor : public ByteSource {
protected:
    explicit Decompressor(std::unique_ptr<ByteSource> source) : source_(std::move(source)), input_(kInput) {}

    // Reads more input; false at its end.
    bool refill() {
        at_ = 0;
        filled_ = source_->read(input_.data(), input_.size());
        if (filled_ == 0) fault_ = source_->fault();
        return filled_ > 0;
    }

    std::unique_ptr<ByteSource> source_;
    std::vector<char> input_;
    std::size_t at_ = 0;
    std::size_t filled_ = 0;
};

class GzipSource final : public Decompressor {
public:
    explicit GzipSource(std::unique_ptr<ByteSource> source) : Decompressor(std::move(source)) {
        constexpr int kGzipOnly = 15 + 16;
        if (inflateInit2(&stream_, kGzipOnly) != Z_OK) fault_ = "cannot start decompressing";
    }
    ~GzipSource() override { inflateEnd(&stream_); }
    GzipSource(const GzipSource&) = delete;
    GzipSource& operator=(const GzipSource&) = delete;

    std::size_t read(char* into, std::size_t size) override {
        while (fault_.empty()) {
            if (at_ == filled_ && !refill()) {
                if (inside_ && fault_.empty()) fault_ = "the compressed data is cut";
                return 0;
            }
            const std::size_t got = inflateSome(into, size);
            if (got > 0) return got;
        }
        return 0;
    }

private:
    std::size_t inflateSome(char* into, std::size_t size) {
        if (!inside_) inflateReset(&stream_);
        inside_ = true;
        const std::size_t room = std::min<std::size_t>(size, std::size_t{1} << 30U);
        stream_.next_in = reinterpret_cast<Bytef*>(input_.data() + at_);
        stream_.avail_in = static_cast<uInt>(filled_ - at_);
        stream_.next_out = reinterpret_cast<Bytef*>(into);
        stream_.avail_out = static_cast<uInt>(room);
        const int result = inflate(&stream_, Z_NO_FLUSH);
        at_ = filled_ - stream_.avail_in;
        if (result == Z_STREAM_END) {
            inside_ = false;
        } else if (result != Z_OK && result != Z_BUF_ERROR) {
            fault_ = "the compressed data is damaged";
        }
        return room - stream_.avail_out;
    }

    z_stream stream_{};
    bool inside_ = false;  // of a member of the file
};

class ZstdSource final : public Decompressor {
public:
    explicit ZstdSource(std::unique_ptr<ByteSource> source)
        : Decompressor(std::move(source)), stream_(ZSTD_createDStream()) {
        if (stream_ == nullptr) fault_ = "cannot start decompressing";
    }
    ~ZstdSource() override { ZSTD_freeDStream(stream_); }
    ZstdSource(const ZstdSource&) = delete;
    ZstdSource& operator=(const ZstdSource&) = delete;

    std::size_t read(char* into, std::size_t size) override {
        while (fault_.empty()) {
            // What is decompressed may wait inside although all input is taken.
            if (at_ == filled_ && !waiting_ && !refill()) {
                if (inside_ && fault_.empty()) fault_ = "the compressed data is cut";
                return 0;
            }
            ZSTD_inBuffer input{input_.data(), filled_, at_};
            ZSTD_outBuffer output{into, size, 0};
            const std::size_t result = ZSTD_decompressStream(stream_, &output, &input);
            at_ = input.pos;
            if (ZSTD_isError(result) != 0U) {
                fault_ = "the compressed data is damaged";
                return 0;
            }
            inside_ = result != 0;
            waiting_ = inside_ && output.pos == output.size;
            if (output.pos > 0) return output.pos;
        }
        return 0;
    }

private:
    ZSTD_DStream* stream_;
    bool inside_ = false;  // of a frame of the file
    bool waiting_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> openFile(const std::string& path, const std::atomic<bool>* stop) {
    if (path == "-") return std::make_unique<FileSource>(STDIN_FILENO, stop);
    return std::make_unique<FileSource>(path, stop);
}
std::unique_ptr<ByteSource> openText(std::string_view text) {
    return std::make_unique<TextSource>(text);
}

std::unique_ptr<ByteSource> decompress(std::unique_ptr<ByteSource> source) {
    auto sniffed = std::make_unique<SniffedSource>(std::move(source));
    if (sniffed->beginsWith(kGzip)) return std::make_unique<GzipSource>(std::move(sniffed));
    if (sniffed->beginsWith(kZstd) || sniffed->beginsSkippable()) {
        return std::make_unique<ZstdSource>(std::move(sniffed));
    }
    return sniffed;
}

}  // namespace mdsync
