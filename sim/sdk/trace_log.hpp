// TraceLog: the trace of an emulator, in a file, and whoever follows it as it grows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/port.hpp"

namespace mdsync::sdk {

class TraceLog {
public:
    // The trace goes to the file at `path`; empty: to one of its own that goes with it. problem() says why it cannot.
    explicit TraceLog(const std::string& path);
    TraceLog(const TraceLog&) = delete;
    TraceLog& operator=(const TraceLog&) = delete;
    ~TraceLog();

    [[nodiscard]] const std::string& problem() const { return problem_; }
    [[nodiscard]] const std::string& path() const { return path_; }

    // Begins anew with this header, a line without newline.
    void begin(std::string_view header);
    void add(std::string_view line);
    // Writes out what is not written yet. False: something was lost.
    bool flush();

    // All that there is. Nothing where it is larger than `most` bytes.
    [[nodiscard]] bool read(std::string& text, std::size_t most);
    // Sends what there is and all that will be, as server-sent events. Of what there is it leaves out what comes between the
    // header and the last `last` bytes, and says how many lines that are by an event `skipped` behind the header.
    void follow(std::shared_ptr<Peer> peer, std::uint64_t last);

private:
    [[nodiscard]] std::string soFar(std::uint64_t last);  // empty: it cannot be sent at once

    std::string path_;
    bool isOwn_;
    std::string problem_;
    std::FILE* file_ = nullptr;
    std::uint64_t bytes_ = 0;
    std::uint64_t headerBytes_ = 0;
    std::uint64_t lines_ = 0;
    bool isLost_ = false;
    std::vector<std::shared_ptr<Peer>> followers_;
};

}  // namespace mdsync::sdk
