// Perfetto: what happened as trace events, for viewers that zoom through long runs: a process a user, a track a device.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "mdsync/diagnostic.hpp"
#include "report/describe.hpp"
#include "report/picture.hpp"
#include "report/text.hpp"

namespace mdsync {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kMillisecond = 1000;  // in the microseconds of trace events
// Processes: the server's, then one a user. Tracks: the server's, then one for the steps of the file, then one a device; no
// number is 0, which viewers take for the idle thread of a machine.
constexpr std::size_t kServer = 1;
constexpr std::size_t kServersTrack = 1;
constexpr std::size_t kFilesTrack = 2;
constexpr std::size_t kFirstTrack = 3;

// What happened on one track is drawn as slices that follow each other: events of one millisecond share it.
class Tracks {
public:
    explicit Tracks(const Picture& picture) : picture_(picture), slots_(picture.trace().events.size()) { place(); }

    std::string write() {
        name();
        for (std::size_t i = 0; i < slots_.size(); ++i) writeEvent(i);
        writeOnline();
        writeSteps();
        for (const PictureMark& mark : picture_.marks()) writeMark(mark);
        writeOutcomes();
        // A slice stands before those that it holds, and before what points at it.
        std::stable_sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) {
            return a.begin != b.begin ? a.begin < b.begin : a.length > b.length;
        });
        const Header& header = picture_.trace().header;
        const Json other = {{"start", spellInstant(header.t, header.app.timezone.offsetAt(header.t))},
                            {"case", picture_.happened().result.id}};
        std::string text =
            fmt::format("{{\"displayTimeUnit\":\"ms\",\"otherData\":{},\"traceEvents\":[", lineText(other));
        for (const Item& item : items_) text += (&item == items_.data() ? "\n" : ",\n") + item.json;
        return text + "\n]}\n";
    }

private:
    struct Slot {
        std::int64_t begin = 0;
        std::int64_t length = 0;
    };

    [[nodiscard]] static std::size_t trackOf(const Event& event) {
        return event.device.exists() ? event.device.index() + 1 : 0;
    }

    [[nodiscard]] std::int64_t millisOf(const Event& event) const {
        return (event.t - picture_.trace().header.t).count();
    }

    // Gives each event its part of the millisecond in which it happened.
    void place() {
        std::map<std::pair<std::size_t, std::int64_t>, std::pair<std::int64_t, std::int64_t>>
            shared;  // all, and placed
        for (const Event& event : picture_.trace().events) ++shared[{trackOf(event), millisOf(event)}].first;
        for (std::size_t i = 0; i < slots_.size(); ++i) {
            const Event& event = picture_.event(i);
            auto& [all, placed] = shared[{trackOf(event), millisOf(event)}];
            // More than a thousand share the last microsecond: they stand in each other.
            const std::int64_t length = std::max<std::int64_t>(kMillisecond / all, 1);
            slots_[i] = {millisOf(event) * kMillisecond + std::min(placed * length, kMillisecond - 1), length};
            ++placed;
        }
    }

    // ---- names ------------------------------------------------------------------------------------------------------

    void name() {
        const Header& header = picture_.trace().header;
        nameProcess(kServer, "server");
        nameTrack(kServer, kServersTrack, "server");
        if (picture_.happened().scenario != nullptr) nameTrack(kServer, kFilesTrack, fileName());
        for (std::size_t u = 0; u < header.users.size(); ++u) nameProcess(kServer + 1 + u, header.users[u].name);
        for (std::size_t d = 0; d < header.devices.size(); ++d) {
            nameTrack(processOf(DeviceId{d}), tidOf(DeviceId{d}), header.path(DeviceId{d}));
        }
    }

    [[nodiscard]] std::string fileName() const {
        const std::string& file = picture_.happened().result.file;
        return file.substr(file.rfind('/') + 1);
    }

    void nameProcess(std::size_t process, const std::string& name) {
        add({{"ph", "M"},
             {"name", "process_name"},
             {"pid", process},
             {"tid", kServersTrack},
             {"ts", 0},
             {"args", {{"name", printable(name)}}}});
        add({{"ph", "M"},
             {"name", "process_sort_index"},
             {"pid", process},
             {"tid", kServersTrack},
             {"ts", 0},
             {"args", {{"sort_index", process}}}});
    }

    void nameTrack(std::size_t process, std::size_t track, const std::string& name) {
        add({{"ph", "M"},
             {"name", "thread_name"},
             {"pid", process},
             {"tid", track},
             {"ts", 0},
             {"args", {{"name", printable(name)}}}});
    }

    [[nodiscard]] std::size_t processOf(DeviceId device) const {
        return device.exists() ? kServer + 1 + picture_.trace().header.devices[device.index()].user.index() : kServer;
    }

    // ---- what happened ----------------------------------------------------------------------------------------------

    void writeEvent(std::size_t i) {
        const Event& event = picture_.event(i);
        if (event.kind == EventKind::Settled) return;
        Json args = {{"event", i}};
        if (const std::string place = picture_.place(event.origin); !place.empty()) args["line"] = place;
        if (event.message.exists()) args["message"] = picture_.trace().lexicon.messages[event.message];
        slice(event.device, slots_[i], describe(event, picture_.trace()), std::move(args));
        writeArrows(i);
    }

    // From who asked to the server, and from the server to who received.
    void writeArrows(std::size_t i) {
        const Event& event = picture_.event(i);
        if (!event.message.exists()) return;
        const bool isOfRecall = event.kind == EventKind::Recall || event.kind == EventKind::RecallAccept ||
                                event.kind == EventKind::RecallReject || event.kind == EventKind::Recalled;
        auto& [asked, answered] = ways_[{event.message, isOfRecall}];
        switch (event.kind) {
            case EventKind::Send:
            case EventKind::Publish:
            case EventKind::Recall:
                asked = i;
                break;
            case EventKind::Accept:
            case EventKind::Reject:
            case EventKind::RecallAccept:
            case EventKind::RecallReject:
                arrow(asked, i);
                answered = i;
                break;
            case EventKind::Receive:
            case EventKind::Recalled:
                arrow(answered, i);
                break;
            default:
                break;
        }
    }

    void arrow(std::size_t from, std::size_t to) {
        if (from == SIZE_MAX || slots_[from].begin > slots_[to].begin) return;
        const std::size_t id = ++arrows_;
        end("s", id, from);
        end("f", id, to);
    }

    void end(const char* kind, std::size_t id, std::size_t i) {
        const Event& event = picture_.event(i);
        add({{"ph", kind},
             {"bp", "e"},  // it leads to the slice around it, not to the next one
             {"id", id},
             {"name", picture_.trace().lexicon.messages[event.message]},
             {"cat", "message"},
             {"pid", processOf(event.device)},
             {"tid", tidOf(event.device)},
             {"ts", slots_[i].begin}});
    }

    // From the login to the end of what took the device offline.
    void writeOnline() {
        std::vector<std::size_t> since(picture_.trace().header.devices.size(), SIZE_MAX);
        for (std::size_t i = 0; i < slots_.size(); ++i) {
            const Event& event = picture_.event(i);
            if (!event.device.exists()) continue;
            std::size_t& begin = since[event.device.index()];
            if (event.kind == EventKind::Online && begin == SIZE_MAX) begin = i;
            if (event.kind == EventKind::Offline || event.kind == EventKind::Reinstall) online(begin, i);
        }
        for (std::size_t& begin : since) online(begin, SIZE_MAX);
    }

    // `to`: SIZE_MAX if it is online at the end of the run.
    void online(std::size_t& from, std::size_t to) {
        const std::size_t begin = std::exchange(from, SIZE_MAX);
        if (begin == SIZE_MAX) return;
        const std::int64_t last = millisOf(picture_.trace().events.back()) * kMillisecond + kMillisecond;
        const std::int64_t end = to == SIZE_MAX ? last : slots_[to].begin + slots_[to].length;
        slice(picture_.event(begin).device, {slots_[begin].begin, end - slots_[begin].begin}, "online", Json::object());
    }

    // ---- the file ---------------------------------------------------------------------------------------------------

    void writeSteps() {
        if (picture_.happened().scenario == nullptr || slots_.empty()) return;
        for (std::size_t i = 0; i < slots_.size();) {
            std::size_t end = i + 1;
            while (end < slots_.size() && picture_.event(end).origin == picture_.event(i).origin) ++end;
            const std::int64_t begin = millisOf(picture_.event(i)) * kMillisecond;
            const std::int64_t until = millisOf(picture_.event(std::min(end, slots_.size() - 1))) * kMillisecond;
            const std::string place = picture_.place(picture_.event(i).origin);
            if (!place.empty() && until > begin) {
                add(sliceOn(kServer, kFilesTrack, {begin, until - begin}, place, Json::object()));
            }
            i = end;
        }
    }

    void writeMark(const PictureMark& mark) {
        if (slots_.empty()) return;
        Json instant = {{"ph", "i"},
                        {"s", mark.device.exists() ? "t" : "g"},
                        {"name", mark.rule},
                        {"cat", "violation"},
                        {"pid", processOf(mark.device)},
                        {"tid", tidOf(mark.device)},
                        {"ts", slots_[mark.event].begin},
                        {"args", {{"text", mark.text}}}};
        if (!mark.missing.empty()) instant["args"]["missing"] = mark.missing;
        add(instant);
    }

    void writeOutcomes() {
        for (const PictureRow& row : picture_.rows()) {
            if (row.kind != PictureRow::Kind::Expectation || slots_.empty()) continue;
            const std::size_t before = row.at == 0 ? 0 : row.at - 1;
            add({{"ph", "i"},
                 {"s", "t"},
                 {"name", picture_.outcome(row)},
                 {"cat", "expectation"},
                 {"pid", kServer},
                 {"tid", kFilesTrack},
                 {"ts", millisOf(picture_.event(before)) * kMillisecond},
                 {"args", {{"line", picture_.place(row)}}}});
        }
    }

    // ---- pieces -----------------------------------------------------------------------------------------------------

    static std::size_t tidOf(DeviceId device) { return device.exists() ? device.index() + kFirstTrack : kServersTrack; }

    static Json sliceOn(std::size_t process, std::size_t track, const Slot& slot, const std::string& name, Json args) {
        return {{"ph", "X"},    {"name", name},     {"cat", "run"},       {"pid", process},
                {"tid", track}, {"ts", slot.begin}, {"dur", slot.length}, {"args", std::move(args)}};
    }

    void slice(DeviceId device, const Slot& slot, const std::string& name, Json args) {
        add(sliceOn(processOf(device), tidOf(device), slot, name, std::move(args)));
    }

    void add(const Json& json) {
        const bool isName = json["ph"] == "M";  // those come first
        const std::int64_t length = json.contains("dur") ? json["dur"].get<std::int64_t>() : 0;
        items_.push_back({isName ? -1 : json["ts"].get<std::int64_t>(), length, lineText(json)});
    }

    struct Item {
        std::int64_t begin = 0;
        std::int64_t length = 0;
        std::string json;  // as text: a document of a long run is large enough
    };

    struct Way {
        std::size_t asked = SIZE_MAX;
        std::size_t answered = SIZE_MAX;
    };

    const Picture& picture_;
    std::vector<Slot> slots_;                         // by event
    std::map<std::pair<MessageId, bool>, Way> ways_;  // by message, and whether it is that of its recall
    std::size_t arrows_ = 0;
    std::vector<Item> items_;
};

}  // namespace

std::string drawPerfetto(const Happening& happened) {
    const Picture picture(happened, {});
    return Tracks(picture).write();
}

}  // namespace mdsync
