// Trace files: JSON Lines to events and back.
//
// A TraceReader streams over a file of any length and hands out batches of valid events; whatever is wrong with the
// file is a Diagnostic with line and column. A TraceWriter spells a header and events in the one layout that the reader
// is fastest at. Neither judges: what a legal but odd trace means is for the rules.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/diagnostic.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

// ---- Reading --------------------------------------------------------------------------------------------------------

struct ReadOptions {
    bool lenient = false;        // skip erroneous lines and count them, instead of giving the trace up
    Millis skew{0};              // lines may be up to this much older than the newest before them, and are put in order
    bool keepTexts = false;      // intern texts, digests and notes, for timelines and exports; else only fingerprints
    bool recycle = true;         // use the numbers of forgotten messages again, so that memory follows what is live
    std::size_t maxErrors = 20;  // diagnostics that are kept; without `lenient`, reading stops there
    const std::atomic<bool>* stop = nullptr;  // set by whoever wants reading to end early: the rest is unreadable then
};

struct ReadCounts {
    std::uint64_t lines = 0;    // the header included
    std::uint64_t events = 0;   // handed out
    std::uint64_t skipped = 0;  // erroneous lines, with `lenient`
    std::uint64_t moved = 0;    // lines older than one before them, with `skew`: each is a tolerance
    std::uint64_t bytes = 0;    // after decompression
};

// A TraceReader reads one trace, once. It is for one thread; what it hands out lives as long as each function says.
//
// The header is read by the constructor. Files may be compressed (gzip, zstd), which is seen from their first bytes.
// Never throws for bad input; a missing file, a folder or random bytes give a diagnostic. Memory is bounded by the
// longest line allowed (32 MiB for the header, 4 MiB for others), by what is live and, with `skew`, by what lies within
// it; with `keepTexts` or without `recycle` it grows with the trace.
class TraceReader {
public:
    // Reads the file at `path`; `-` is standard input.
    explicit TraceReader(const std::string& path, const ReadOptions& options = {});
    // Reads `text`, which must outlive the reader; `name` stands for the file in diagnostics.
    static TraceReader ofText(std::string_view text, const std::string& name, const ReadOptions& options = {});
    ~TraceReader();
    TraceReader(TraceReader&&) noexcept;
    TraceReader& operator=(TraceReader&&) noexcept;

    // The next events, valid until the next call; empty at the end. Without `lenient`, after the first error there are
    // no more events, but the rest is still looked through for errors: call until empty, then ask valid().
    [[nodiscard]] std::span<const Event> next();

    // The numbers of messages that the batch at hand and later ones use, if at all, for new messages: nobody mentioned
    // the old ones for more than the horizon and a day. A number that was
    // ever sent is used again by a `send` or `publish` only. An id that is mentioned again before keeps its number.
    [[nodiscard]] std::span<const MessageId> retired() const;

    // Whether there was no error so far. Skipped lines are no errors.
    [[nodiscard]] bool valid() const;
    // What is wrong, in the order found, at most `maxErrors`: errors, or warnings for lines that were skipped.
    [[nodiscard]] const std::vector<Diagnostic>& diagnostics() const;

    // The header, with defaults filled in; it grows by what the events of the batch at hand declare. Meaningless if it has
    // errors.
    [[nodiscard]] const Header& header() const;
    // The words that events refer to. The string of a retired number changes when the number is used again.
    [[nodiscard]] const Lexicon& lexicon() const;
    // The large parts of the batch at hand.
    [[nodiscard]] const Annex& annex() const;
    [[nodiscard]] const ReadCounts& counts() const;

private:
    class Impl;
    explicit TraceReader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// A whole trace in memory, or what is wrong with it.
struct TraceFile {
    Trace trace;
    std::vector<Diagnostic> diagnostics;
    ReadCounts counts;
    bool valid = false;  // no errors; without `lenient` the events of an invalid trace are incomplete
};

// Reads a whole trace with its texts (`keepTexts` is on, `recycle` off, whatever `options` say).
[[nodiscard]] TraceFile readTrace(const std::string& path, const ReadOptions& options = {});
[[nodiscard]] TraceFile parseTrace(std::string_view text, const std::string& name, const ReadOptions& options = {});

// The codes of this reader's diagnostics, each with what it means and what to do, for `mdsync explain`.
struct CodeText {
    std::string_view code;
    std::string_view text;
};
[[nodiscard]] std::span<const CodeText> traceCodes();

// ---- Writing --------------------------------------------------------------------------------------------------------

enum class Key : std::uint8_t;

enum class HeaderStyle : std::uint8_t {
    Short,    // of settings and readings only those that are not the default; `sync` always
    Complete  // all defaults filled in, readings included: what an adapter's `reset` needs
};

// A TraceWriter spells the events of one trace. It keeps references to what it is given and reads names from there; lexicon
// and annex may grow, and the header by what events declare, of which learnNames() then tells. Use from several threads
// at once is fine, but for learnNames().
class TraceWriter {
public:
    TraceWriter(const Header& header, const Lexicon& lexicon, const Annex& annex);

    // The header has declared an event (Header::declare()): its names can be spelled from now on.
    void learnNames();

    // Appends the header's JSON object, without a newline.
    void appendHeader(std::string& out, HeaderStyle style = HeaderStyle::Short) const;

    // Appends the event's line, with its newline. Where the bytes of a payload were not kept, a digest made of its
    // fingerprint stands for them.
    void append(std::string& out, const Event& event) const;

private:
    const Header& header_;
    const Lexicon& lexicon_;
    const Annex& annex_;
    std::vector<std::string> devices_;  // JSON strings with their quotes, by id
    std::vector<std::string> users_;
    std::vector<std::string> groups_;  // `"team"`
    std::vector<std::string> rooms_;

    void appendAddress(std::string& out, const Address& address) const;
    void appendMembers(std::string& out, const GroupInfo& group) const;
    void appendConversations(std::string& out, const CatchUp& catchUp) const;
    void appendMember(std::string& out, Key key, const Event& event) const;
};

// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void appendJsonString(std::string& out, std::string_view text);
[[nodiscard]] std::string jsonString(std::string_view text);

}  // namespace mdsync
