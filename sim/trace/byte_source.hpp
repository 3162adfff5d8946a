// Where a trace's bytes come from: a file, standard input or memory, decompressed on the way. It knows nothing of
// lines.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace mdsync {

class ByteSource {
public:
    virtual ~ByteSource() = default;

    // Reads up to `size` bytes (size > 0), less only where there are no more at hand. 0: the end, or a fault.
    virtual std::size_t read(char* into, std::size_t size) = 0;

    // Why reading ended early; empty if it did not.
    [[nodiscard]] const std::string& fault() const { return fault_; }

protected:
    std::string fault_;
};

// The bytes of the file at `path` (`-`: standard input), until `stop` is set, if it is not null. A file that cannot be
// opened has a fault at once.
[[nodiscard]] std::unique_ptr<ByteSource> openFile(const std::string& path, const std::atomic<bool>* stop = nullptr);

// `text` itself, which must outlive the source.
[[nodiscard]] std::unique_ptr<ByteSource> openText(std::string_view text);

// `source`, decompressed if it begins like a gzip or a zstd file; one trace may be several of these in a row.
[[nodiscard]] std::unique_ptr<ByteSource> decompress(std::unique_ptr<ByteSource> source);

}  // namespace mdsync
