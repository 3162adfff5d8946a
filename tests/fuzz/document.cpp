// Fuzz target: any bytes as each of our documents: a result, a baseline, a run file, a campaign of either search. Nothing crashes, in the
// readers or in what is made of what they let pass; what is refused is refused with a complaint.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.hpp"
#include "mdsync/campaign.hpp"
#include "mdsync/certificate.hpp"
#include "mdsync/coverage.hpp"
#include "mdsync/diff.hpp"
#include "mdsync/documents.hpp"
#include "mdsync/replay.hpp"
#include "mdsync/report.hpp"

using namespace mdsync;

namespace {

// A file in memory, since documents are read from files.
class MemoryFile {
public:
    explicit MemoryFile(std::string_view text) : file_(::memfd_create("document", MFD_CLOEXEC)) {
        fuzz::require(::write(file_, text.data(), text.size()) == static_cast<ssize_t>(text.size()), "no memory", "");
    }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    ~MemoryFile() { ::close(file_); }
    [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

private:
    int file_;
};

// `file.valid`, after its complaints were looked at.
template <class File>
bool isValid(const File& file, std::string_view text) {
    fuzz::require(file.valid || !file.diagnostics.empty(), "a faulty document without a complaint", text);
    for (const Diagnostic& diagnostic : file.diagnostics) (void)render(diagnostic);
    return file.valid;
}

void useResult(const ResultFile& file) {
    (void)mergeResults({&file, 1});
    (void)diffText(compare(file.result, file.result), {});
    (void)coverageText(coverageOf({&file.result, 1}), std::nullopt, {});
    (void)jsonReport(file.result, "0");
    (void)junitReport(file.result);
    (void)consoleReport(file.result, {});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::textOf(data, size);
    const MemoryFile file(text);
    const std::string path = file.path();
    const ResultFile result = readResult(path);
    if (isValid(result, text)) useResult(result);
    const BaselineFile baseline = readBaseline(path);
    if (isValid(baseline, text)) {
        Result nothing;
        applyBaseline(nothing, baseline.baseline, "2027-01-01", [](const BaselineEntry&) { return std::string(); });
        (void)baselineText(baseline.baseline);
    }
    const ReadRunFile run = readRunFile(path);
    if (isValid(run, text)) (void)writeRunFile(run.run);
    const CampaignFile campaign = readCampaign(path);
    if (isValid(campaign, text)) {
        (void)mergeCampaigns({&campaign, 1});
        (void)writeCampaign(campaign.campaign);
    }
    const CertificateFile certificate = readCertificate(path);
    if (isValid(certificate, text)) {
        const KeptCertificate& kept = certificate.kept;
        const MergedCertificates merged = mergeCertificates({&certificate, 1});
        (void)certificateReport(merged.sum.options, merged.sum.certificate, merged.sum.files);
        (void)certificateJson(kept.options, kept.certificate, kept.files, kept.elapsed);
        (void)writeCertificate(kept);
    }
    return 0;
}
