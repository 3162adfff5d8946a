// The codes of what can be wrong with a document: for `mdsync explain`.
#include <array>

#include "mdsync/documents.hpp"

namespace mdsync {

namespace {

constexpr std::array<CodeInfo, 21> kCodes{{
    {"document.unreadable", "the file can't be read",
     "There is no such file, it is a folder, or the system refuses to open or read it."},
    {"document.too-large", "the file is too large", "A document has at most 256 MiB."},
    {"document.not-utf8", "the file is not UTF-8 text",
     "Documents are UTF-8. The place shown is the first byte that can't be part of such a text."},
    {"document.not-json", "the file is not JSON",
     "A document is one JSON object; // and /* */ comments are allowed in it. Nothing behind the place shown was read: "
     "the file may have been cut, or be the output for people instead of that of --format json."},
    {"document.too-deep", "lists and objects are nested too deep",
     "No document of mdsync is nested more than a few levels; beyond 64 the reader stops."},
    {"document.duplicate-key", "an object has the same key twice",
     "JSON does not say which of the two counts: remove one."},
    {"document.duplicate-name", "the same thing twice",
     "A baseline has two entries for the same failure: scenario, rule and device are the same. Keep one. An entry "
     "without a device fits every device, and may stand beside one with a device."},
    {"document.unknown-key", "a key that means nothing at this place",
     "An entry of a baseline has the keys scenario, rule, reason, and where wanted device, notExercised and expires. A "
     "misspelled key is not ignored, since the entry would then mean something else. (Results may have keys that this "
     "version does not know.)"},
    {"document.missing-key", "a key that is needed is missing",
     "Every document says in `mdsync` what it is. An entry of a baseline needs scenario, rule and reason."},
    {"document.conflicting-keys", "two keys that exclude each other",
     "A device can be named for a violation only: neither an unmet expectation nor a rule that was not put to the test "
     "has one."},
    {"document.wrong-type", "a value of the wrong JSON type",
     "The key takes another kind of value, or a number in other bounds."},
    {"document.wrong-kind", "a document of another kind",
     "The key `mdsync` says what a document is: result/1 is what `run`, `check` and `merge` print with --format json "
     "or write with --report json=FILE, baseline/1 what --write-baseline writes, run/1 what `run --record` and "
     "`explore` write, campaign/1 and certificate/1 what `explore --campaign` writes, bench/1 what `bench --format json` prints. This file is something else, or of a later "
     "version."},
    {"document.unknown-word", "a word outside the list that the key allows", "The key takes one of a few words."},
    {"document.out-of-range", "a value outside its bounds",
     "The value is of the right type but can't be meant: an empty text, for instance. An entry of a baseline says in "
     "`reason` why its failure is tolerated."},
    {"document.bad-date", "a date that can't be read", "`expires` is a date that exists, such as 2027-01-01."},
    {"document.unknown-rule", "a rule that does not exist",
     "`rule` names a rule by its id, as `mdsync rules` lists them, or is `expectation`. In a result the document may "
     "come from a later version of mdsync, which knows more rules: use that one."},
    {"document.same-scenario", "two results have the same scenario",
     "Results are merged by putting their cases one after the other, so the shards must not overlap. Which of the two "
     "counts can't be guessed: merge results of different scenarios, or compare two runs with `mdsync diff`."},
    {"document.more-mistakes", "there are more mistakes than are shown",
     "After 1000 mistakes the rest is not reported."},
    {"baseline.unexpected-pass", "a known failure did not come",
     "The entry's scenario was judged and its rule put to the test, but it did not fail so. If the failure is "
     "repaired, remove the entry, so that it is noticed when it comes back. An entry with a device expects a violation "
     "that names this device."},
    {"baseline.unused", "an entry that fits nothing",
     "There is no scenario with this id, or it has no such device, or it does not put the rule to the test. An entry "
     "whose scenario exists but was not selected in this run is left alone."},
    {"baseline.expired", "an entry whose time has passed",
     "From the date in `expires` on (in UTC) the entry expects nothing any more: the failure counts again, and the "
     "entry itself fails the run. Repair the failure, or give it more time by a later date."},
}};

}  // namespace

std::span<const CodeInfo> documentCodes() {
    return kCodes;
}

}  // namespace mdsync
