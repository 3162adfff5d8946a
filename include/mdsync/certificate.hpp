// Certificates that are kept: exhaustive searches that outlive their process, and that many machines share.
//
// In a folder the document `certificate/1` says what is searched and how far that got; a folder in it holds the scenarios
// that violated a rule. A search goes on behind the last number of steps that was searched whole. A search may be cut into
// shards (ExhaustiveOptions::shard), each with a folder of its own; merged, they say what shard 1/1 says.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/diagnostic.hpp"
#include "mdsync/exhaustive.hpp"

namespace mdsync {

struct KeptCertificate {
    ExhaustiveOptions options;       // what is searched
    std::string probe;               // probeOf(options) of the mdsync that began it
    Certificate certificate;         // as far as it got: rounds that are whole; findings without their scenarios
    std::vector<std::string> files;  // where the scenarios of the findings are, one each; an empty text: nowhere
    Millis elapsed{0};
};

// The name of the document in its folder.
inline constexpr std::string_view kCertificateFile = "certificate.json";

// Whether nothing is left to search.
[[nodiscard]] bool isFinished(const ExhaustiveOptions& options, const Certificate& certificate);

// What a search of two steps sees of the same server and cast, as 32 hexadecimal digits, and how it is shared out: where it
// differs, another version of mdsync has other steps, another server or other rules, and the two must not be taken for one
// search.
[[nodiscard]] std::string probeOf(const ExhaustiveOptions& options);
inline constexpr std::string_view kOtherProbe =
    "another version of mdsync, with other steps, another server or other rules";

// In what `now` asks for something else than `then`, as a sentence; empty if it is the same search. How many steps there are
// may differ, and so may the shard.
[[nodiscard]] std::string differenceOf(const ExhaustiveOptions& then, const ExhaustiveOptions& now);

// The document. Findings are named by their file's name alone: they lie in kFoundFolder beside it.
[[nodiscard]] std::string writeCertificate(const KeptCertificate& kept);

struct CertificateFile {
    std::string path;
    KeptCertificate kept;
    bool valid = false;
    std::vector<Diagnostic> diagnostics;
};

// Reads the document at `path`.
[[nodiscard]] CertificateFile readCertificate(const std::string& path);

struct MergedCertificates {
    KeptCertificate sum;
    std::vector<std::string> problems;    // why the files are no shards of one search, each as a sentence
    std::vector<std::string> missing;     // shards that are not among them
    std::vector<std::string> unfinished;  // shards that have something left to search
};

// One certificate of all shards, in any order. Of each rule that is violated by the fewest steps it has the shortest path;
// of two such the one of the first shard. REQUIRES: all are valid, and there is one.
[[nodiscard]] MergedCertificates mergeCertificates(std::span<const CertificateFile> files);

}  // namespace mdsync
