// InputFile: a file that is read without waiting longer than its reader wants.
//
// Who opens a FIFO that nobody writes to, or reads from a pipe that stays silent, would never hear of Ctrl-C: here
// every wait ends once `stop` is set.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>

namespace mdsync {

class InputFile {
public:
    // Opens the file at `path`. `stop` may be null: then a wait lasts as long as it lasts.
    InputFile(const std::string& path, const std::atomic<bool>* stop);
    // Reads from a file that is open, and stays so.
    InputFile(int descriptor, const std::atomic<bool>* stop);
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;
    ~InputFile();

    // Reads up to `size` bytes (size > 0). 0: the end, or something went wrong.
    std::size_t read(char* into, std::size_t size);

    // What went wrong, as errno says it: EISDIR for a folder, ECANCELED if a wait ended because of `stop`; else 0.
    [[nodiscard]] int error() const { return error_; }

    // How many bytes it has, where that is known before they are read; else 0.
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    void look();
    [[nodiscard]] bool wait();

    const std::atomic<bool>* stop_;
    bool owned_;          // ours to close
    bool waits_ = false;  // there may be nothing to read although it is not the end: a pipe, a terminal
    int descriptor_ = -1;
    int error_ = 0;
    std::size_t size_ = 0;
};

// Whether there is a regular file at `path`: one that can be read as often as one likes.
[[nodiscard]] bool isRegularFile(const std::string& path);

// A WholeFile is what readFile() gave: the bytes, or why there are none.
struct WholeFile {
    std::string bytes;
    int error = 0;          // as InputFile::error()
    bool tooLarge = false;  // it has more than `most` bytes
};

// Reads a file that has at most `most` bytes; of a longer one no more than that.
[[nodiscard]] WholeFile readFile(const std::string& path, std::size_t most, const std::atomic<bool>* stop = nullptr);
[[nodiscard]] WholeFile readFile(InputFile& file, std::size_t most);

}  // namespace mdsync
