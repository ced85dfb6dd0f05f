#include "conformance/report/write.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "conformance/report/json.h"
#include "conformance/report/junit.h"
#include "conformance/report/pcap.h"
#include "conformance/report/text.h"
#include "conformance/report/trace.h"

namespace assay::report {

namespace {

namespace fs = std::filesystem;

std::unexpected<Error> refused(const fs::path& path, std::string_view doing, const std::error_code& reason) {
    return fail(Errc::io, "report", Error::npos,
                fmt::format("{} {}: {}", doing, path.string(), reason.message()));
}

Result<> make_folder(const fs::path& path) {
    std::error_code error;
    fs::create_directories(path, error);
    if (error) return refused(path, "cannot make", error);
    return {};
}

bool is_ours(const fs::path& name, std::string_view role) {
    if (name.extension() != ".txt" && name.extension() != ".pcap") return false;
    std::string text = name.string();
    std::string_view label = std::string_view(text).substr(0, text.find('-'));
    return label == "none" || label == role || wire::version_from_name(label).has_value();
}

// Failures of an earlier run must not remain there.
Result<> clear_failures(const fs::path& folder, std::string_view role) {
    std::error_code error;
    std::vector<fs::path> stale;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        if (entry->is_regular_file(error) && is_ours(entry->path().filename(), role))
            stale.push_back(entry->path());
    }
    if (error) return refused(folder, "cannot read", error);
    for (const fs::path& path : stale) {
        fs::remove(path, error);
        if (error) return refused(path, "cannot remove", error);
    }
    return {};
}

bool has_file(engine::Verdict verdict) {
    return engine::is_failure(verdict) || verdict == engine::Verdict::harness_error ||
           verdict == engine::Verdict::warning;
}

Result<> write_failures(const fs::path& folder, const engine::RunReport& report, const Details& details) {
    TRY(make_folder(folder));
    TRY(clear_failures(folder, report.role));
    for (const engine::CaseResult& result : report.results) {
        if (!has_file(result.verdict)) continue;
        std::string stem = file_stem(report, result);
        TRY(write_file(folder / (stem + ".txt"), as_bytes(case_text(report, result, details))));
        if (result.exchanges.empty()) continue;
        LinkType link = link_type(result.exchanges, *report.transport);
        TRY(write_file(folder / (stem + ".pcap"), write_pcap(link, to_packets(result.exchanges, link))));
    }
    return {};
}

}  // namespace

std::string file_stem(const engine::RunReport& report, const engine::CaseResult& result) {
    constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-";
    std::string stem = result.id;
    for (char& c : stem) {
        if (kPlain.find(c) == std::string_view::npos) c = '_';
    }
    return (report.has_versions() ? label(report, result) : std::string(report.role)) + "-" + stem;
}

Result<> write_file(const fs::path& path, ByteView bytes) {
    errno = 0;
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    for (uint8_t byte : bytes) file.put(static_cast<char>(byte));
    file.close();
    if (!file) return refused(path, "cannot write", {errno != 0 ? errno : EIO, std::generic_category()});
    return {};
}

Result<> write_report(const fs::path& folder, const engine::RunReport& report, const Details& details) {
    TRY(make_folder(folder));
    TRY(write_file(folder / "report.json", as_bytes(to_text(to_json(report, details)))));
    TRY(write_file(folder / "junit.xml", as_bytes(to_junit(report, details))));
    TRY(write_file(folder / "summary.txt", as_bytes(summary(report, details))));
    TRY(write_failures(folder / "failures", report, details));
    if (details.cases.empty()) return {};
    Trace matrix = trace(*details.requirements, details.cases, &report);
    TRY(write_file(folder / "trace.txt", as_bytes(to_text(matrix))));
    return write_file(folder / "trace.json", as_bytes(to_text(to_json(matrix))));
}

}  // namespace assay::report
