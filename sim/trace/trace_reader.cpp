// TraceReader: lines to events, with what concerns more than one line: the clock, message ids, order, counts.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "base/file_kind.hpp"
#include "base/input_file.hpp"
#include "base/text.hpp"
#include "mdsync/trace_io.hpp"
#include "trace/block_reader.hpp"
#include "trace/event_reader.hpp"
#include "trace/header_reader.hpp"
#include "trace/message_table.hpp"
#include "trace/names.hpp"
#include "trace/quick_reader.hpp"
#include "trace/reorder.hpp"

namespace mdsync {
namespace {

constexpr std::size_t kHeaderLimit = std::size_t{32} << 20U;  // bytes of the first line
constexpr std::size_t kBatch = 512;                           // events; small enough for the nearest cache

std::string_view withoutEnd(const char* begin, const char* newline) {
    if (newline != begin && newline[-1] == '\r') --newline;
    return {begin, static_cast<std::size_t>(newline - begin)};
}

}  // namespace

class TraceReader::Impl {
public:
    Impl(std::unique_ptr<ByteSource> source, std::string file, const ReadOptions& options)
        : options_(options), file_(std::move(file)), messages_(lexicon_), blocks_(decompress(std::move(source))) {
        batch_.reserve(kBatch);
        start();
    }

    std::span<const Event> next() {
        clearBatch();
        while (batch_.size() < kBatch && !stopped_) {
            readMore();
            if (errors_ > 0) clearBatch();  // what is left is only looked through for errors
        }
        counts_.events += batch_.size();
        counts_.bytes = blocks_.bytes();
        return batch_;
    }

    ReadOptions options_;
    std::string file_;
    Header header_;
    Lexicon lexicon_;
    Annex annex_;
    ReadCounts counts_;
    std::vector<Diagnostic> diagnostics_;
    std::vector<MessageId> retired_;
    std::uint64_t errors_ = 0;

private:
    void clearBatch() {
        batch_.clear();
        annex_.catchUps.clear();
        annex_.settings.clear();
        annex_.declarations.clear();
        retired_.clear();
        if (options_.recycle) messages_.retire(now_, retired_);
    }

    // ---- Lines

    void start() {
        Line line;
        if (!nextLine(line, kHeaderLimit)) {
            line.number = 1;
            if (errors_ == 0)
                problem({"trace.empty", "the file is empty: a trace begins with a header", 0, 0, {}}, line);
            stopped_ = true;
            return;
        }
        if (parse(line)) readHeader(json_, header_, faults_);
        if (!faults_.empty()) {
            std::vector<Fault> faults = takeFaults();
            if (const std::optional<Fault> other = otherKind(line)) faults = {*other};
            for (Fault& fault : faults) problem(std::move(fault), line);
            stopped_ = true;
            return;
        }
        names_ = NameIndex(header_);
        now_ = header_.t;
        reorder_.start(header_.t, options_.skew);
        quick_.emplace(context_, messages_);
    }

    // What is wrong if the file is another one of ours. Its first lines say so, of which the block may hold only one.
    [[nodiscard]] std::optional<Fault> otherKind(const Line& first) const {
        constexpr std::size_t kBeginning = 65536;
        const std::string lines = isRegularFile(file_) ? readFile(file_, kBeginning).bytes : std::string{first.text};
        const std::string_view kind = fileKind(lines);
        if (kind.empty() || kind == "trace") return std::nullopt;
        return Fault{"trace.wrong-kind", fileNoun(kind) + ", not a trace", 0, 1, fileUse(kind, printable(file_))};
    }

    // Makes sure that there is a line; false at the end.
    bool haveLine(std::size_t limit) {
        while (at_ == block_.end) {
            if (ended_) return false;
            ended_ = !blocks_.next(block_, limit);
            at_ = block_.begin;
            if (ended_ && !blocks_.fault().empty()) sourceFault();
            plain_ = !block_.tooLong && isUtf8({block_.begin, static_cast<std::size_t>(block_.end - block_.begin)});
        }
        return true;
    }

    bool nextLine(Line& line, std::size_t limit) {
        if (!haveLine(limit)) return false;
        const auto left = static_cast<std::size_t>(block_.end - at_);
        const char* const newline = static_cast<const char*>(std::memchr(at_, '\n', left));
        line.text = withoutEnd(at_, newline);
        line.number = static_cast<std::uint32_t>(++counts_.lines);
        line.plain = plain_;
        line.offset = block_.offset + static_cast<std::uint64_t>(at_ - block_.begin);
        at_ = newline + 1;
        line.unterminated = block_.unterminated && at_ == block_.end;
        line.tooLong = block_.tooLong || line.text.size() > limit;
        return true;
    }

    // Reads some lines: as many as the batch has room for, or one, or one that waits.
    void readMore() {
        if (options_.skew > Millis{0}) return readReordered();
        if (!haveLine(kLineLimit)) {
            stopped_ = true;
            return;
        }
        if (plain_) readQuickly();
        Line line;
        if (batch_.size() == kBatch || at_ == block_.end) return;
        if (nextLine(line, kLineLimit)) readSlowly(line);
    }

    // Takes lines while they are in the usual layout.
    void readQuickly() {
        const std::size_t first = batch_.size();
        at_ = quick_->read(at_, block_.end, now_, kBatch, batch_);
        for (std::size_t i = first; i < batch_.size(); ++i) {
            batch_[i].origin = static_cast<std::uint32_t>(++counts_.lines);
        }
        if (batch_.size() > first) now_ = batch_.back().t;
    }

    // ---- One line, completely

    bool parse(const Line& line) {
        faults_.clear();
        if (line.tooLong) {
            faults_.addLine("trace.too-long", 0, "the line is too long to be one of a trace");
        } else if (line.text.find_first_not_of(" \t\r") == std::string_view::npos) {
            faults_.addLine("trace.blank-line", 0, "the line is blank");
        } else if (line.number == 1 && line.text.starts_with("\xef\xbb\xbf")) {
            faults_.addLine("trace.not-json", 0, "the file begins with a byte order mark: save it as plain UTF-8");
        } else if (!json_.read(line.text, kLine)) {
            faults_.addSyntax(json_, line.unterminated);
        }
        return faults_.empty();
    }

    void readSlowly(const Line& line) {
        EventLine read;
        faults_.withoutHints(diagnostics_.size() >= options_.maxErrors);
        if (parse(line)) {
            read = readEvent(json_, faults_, context_);
            if (line.tooOld) faults_.add("trace.time-backwards", *read.timeNode, tooOldText());
            if (faults_.empty()) checkOrder(read);
            if (faults_.empty()) checkMessage(read);
        }
        if (faults_.empty()) {
            if (declares(read.event.kind)) declare(read);
            batch_.push_back(read.event);
            return accept(line, batch_.back());
        }
        if (!options_.lenient) rememberFaulty(read);
        for (Fault& fault : takeFaults()) problem(std::move(fault), line);
        if (options_.lenient) ++counts_.skipped;
    }

    // From here on its name is known.
    void declare(EventLine& read) {
        read.event.annex = static_cast<std::uint32_t>(annex_.declarations.size());
        annex_.declarations.push_back(std::move(read.declaration));
        header_.declare(read.event, annex_);
        names_.add(header_, read.event);
    }

    void accept(const Line& line, Event& event) {
        event.origin = line.number;
        now_ = event.t;
        if (line.moved) ++counts_.moved;
    }

    void checkOrder(const EventLine& read) {
        if (read.event.t >= now_) return;
        const bool first = now_ == header_.t;
        faults_.add("trace.time-backwards", *read.timeNode,
                    fmt::format("time runs backwards: this is {} before {}", spellDuration(now_ - read.event.t),
                                first ? "the header's \"t\"" : "the event above"));
    }

    [[nodiscard]] std::string tooOldText() const {
        return fmt::format("time runs backwards by more than the {} of --skew", spellDuration(options_.skew));
    }

    void checkMessage(EventLine& read) {
        if (read.messageNode == nullptr) return;
        switch (messages_.apply(read.event, ShortKey::of(read.message), read.message)) {
            case MessageTable::Problem::None:
            case MessageTable::Problem::BadName:  // readEvent() has said so
                return;
            case MessageTable::Problem::UsedTwice:
                faults_.add(
                    "trace.used-twice", *read.messageNode,
                    fmt::format("the id {} is used again within its horizon of 8 x 24 h", quoted(read.message)));
                return;
            case MessageTable::Problem::NotSent:
                faults_.add(
                    "trace.not-asked-for", *read.messageNode,
                    fmt::format("\"{}\" of {}, which nobody sent", spell(read.event.kind), quoted(read.message)));
                return;
            case MessageTable::Problem::NoRecall:
                faults_.add("trace.not-asked-for", *read.messageNode,
                            fmt::format("\"{}\" of {}, whose recall nobody asked for", spell(read.event.kind),
                                        quoted(read.message)));
                return;
        }
    }

    // What a faulty line asked for is not missed again by the lines that answer it: one mistake, one report.
    void rememberFaulty(EventLine& read) {
        if (!read.kindKnown || read.messageNode == nullptr) return;
        read.event.t = now_;
        messages_.apply(read.event, ShortKey::of(read.message), read.message);
    }

    // ---- Order within the skew

    void readReordered() {
        Line line;
        if (reorder_.take(line)) return readWaiting(line);
        if (!nextLine(line, kLineLimit)) {
            stopped_ = !reorder_.finish();
            return;
        }
        // Only where a line belongs is of interest here; its mistakes are found when its turn comes.
        Instant t;
        if (line.plain && !line.tooLong && quick_->preview(line.text.data(), t)) return reorder_.put(line, true, t);
        EventLine read;
        faults_.withoutHints(true);
        const bool whole = parse(line) && (read = readEvent(json_, faults_, preview_), faults_.empty());
        faults_.clear();
        scrap_ = {};
        reorder_.put(line, whole, read.timeKnown ? read.event.t : reorder_.newest());
    }

    void readWaiting(const Line& line) {
        if (!line.plain || line.tooLong || line.tooOld) return readSlowly(line);
        const char* const begin = line.text.data();
        if (quick_->read(begin, begin + line.text.size() + 1, now_, batch_.size() + 1, batch_) == begin)
            return readSlowly(line);
        accept(line, batch_.back());
    }

    // ---- Mistakes

    std::vector<Fault> takeFaults() {
        std::vector<Fault> faults = faults_.list();
        faults_.clear();
        std::stable_sort(faults.begin(), faults.end(), [](const Fault& a, const Fault& b) { return a.at < b.at; });
        return faults;
    }

    void problem(Fault fault, const Line& line) {
        const bool skipped = options_.lenient && line.number > 1;
        if (!skipped) ++errors_;
        if (diagnostics_.size() < options_.maxErrors) {
            Diagnostic& d = diagnostics_.emplace_back();
            d.severity = skipped ? Severity::Warning : Severity::Error;
            d.code = fault.code;
            d.message = std::move(fault.message);
            d.file = file_;
            d.hint = std::move(fault.hint);
            if (line.number > 0) {
                d.span = {line.offset + fault.at, fault.length, line.number, fault.at + 1};
                setExcerpt(d, line.text);
            }
        }
        if (!skipped && diagnostics_.size() >= options_.maxErrors) stopped_ = true;
    }

    void sourceFault() {
        Line line;
        const bool opened = counts_.lines > 0 || blocks_.bytes() > 0;
        if (opened) line.number = static_cast<std::uint32_t>(counts_.lines + 1);
        line.offset = blocks_.bytes();
        if (options_.lenient && counts_.lines > 0) ++counts_.skipped;
        problem({"trace.unreadable", fmt::format("cannot read the file: {}", blocks_.fault()), 0, 0, {}}, line);
    }

    NameIndex names_;
    MessageTable messages_;
    BlockReader blocks_;
    Block block_;
    const char* at_ = nullptr;  // the next line in the block
    bool plain_ = false;        // the block is UTF-8
    bool ended_ = false;        // there are no more blocks
    Reorder reorder_;
    json::Document json_;
    Faults faults_;
    Annex scrap_;
    ReadContext context_{header_, names_, lexicon_, annex_, options_.keepTexts};
    Lexicon previewWords_;
    ReadContext preview_{
        .header = header_, .names = names_, .lexicon = previewWords_, .annex = scrap_, .declaredLater = true};
    std::optional<QuickReader> quick_;
    std::vector<Event> batch_;
    Instant now_{};
    bool stopped_ = false;
};

// ---- The public face ------------------------------------------------------------------------------------------------

TraceReader::TraceReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TraceReader::TraceReader(const std::string& path, const ReadOptions& options)
    : impl_(std::make_unique<Impl>(openFile(path, options.stop), path == "-" ? "<stdin>" : path, options)) {}
TraceReader TraceReader::ofText(std::string_view text, const std::string& name, const ReadOptions& options) {
    return TraceReader(std::make_unique<Impl>(openText(text), name, options));
}
TraceReader::~TraceReader() = default;
TraceReader::TraceReader(TraceReader&&) noexcept = default;
TraceReader& TraceReader::operator=(TraceReader&&) noexcept = default;

std::span<const Event> TraceReader::next() {
    return impl_->next();
}
std::span<const MessageId> TraceReader::retired() const {
    return impl_->retired_;
}
bool TraceReader::valid() const {
    return impl_->errors_ == 0;
}
const std::vector<Diagnostic>& TraceReader::diagnostics() const {
    return impl_->diagnostics_;
}
const Header& TraceReader::header() const {
    return impl_->header_;
}
const Lexicon& TraceReader::lexicon() const {
    return impl_->lexicon_;
}
const Annex& TraceReader::annex() const {
    return impl_->annex_;
}
const ReadCounts& TraceReader::counts() const {
    return impl_->counts_;
}

namespace {

TraceFile readWhole(TraceReader reader) {
    TraceFile file;
    Annex& annex = file.trace.annex;
    for (auto batch = reader.next(); !batch.empty(); batch = reader.next()) {
        for (Event event : batch) {
            if (event.annex != Event::kNoAnnex) {
                event.annex += static_cast<std::uint32_t>(declares(event.kind)           ? annex.declarations.size()
                                                          : event.kind == EventKind::Set ? annex.settings.size()
                                                                                         : annex.catchUps.size());
            }
            file.trace.events.push_back(event);
        }
        const Annex& more = reader.annex();
        annex.catchUps.insert(annex.catchUps.end(), more.catchUps.begin(), more.catchUps.end());
        annex.settings.insert(annex.settings.end(), more.settings.begin(), more.settings.end());
        annex.declarations.insert(annex.declarations.end(), more.declarations.begin(), more.declarations.end());
    }
    file.trace.header = reader.header();
    file.trace.lexicon = reader.lexicon();
    file.diagnostics = reader.diagnostics();
    file.counts = reader.counts();
    file.valid = reader.valid();
    return file;
}

ReadOptions wholeOptions(ReadOptions options) {
    options.keepTexts = true;
    options.recycle = false;
    return options;
}

}  // namespace

TraceFile readTrace(const std::string& path, const ReadOptions& options) {
    return readWhole(TraceReader(path, wholeOptions(options)));
}

TraceFile parseTrace(std::string_view text, const std::string& name, const ReadOptions& options) {
    return readWhole(TraceReader::ofText(text, name, wholeOptions(options)));
}

}  // namespace mdsync
