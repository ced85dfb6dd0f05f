#include "conformance/cli/bundle_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "stack/attest/bundle.h"
#include "stack/base/file.h"

namespace assay::cli {

namespace {

namespace fs = std::filesystem;

std::unexpected<Error> unreadable(const std::string& path, std::string_view reason) {
    return fail(Errc::bad_text, "file", Error::npos, fmt::format("cannot read {}: {}", path, reason));
}

// At most one byte more than evidence may have, by which the verifier knows that it is too large.
Result<Bytes> read_bounded(const std::string& path) { return read_file_start(path, attest::kMaxFile + 1); }

bool lies_in(const fs::path& folder, const fs::path& file) {
    const auto [end, ignored] = std::ranges::mismatch(folder, file);
    return end == folder.end();
}

}  // namespace

Result<attest::File> read_evidence_file(const std::string& path) {
    Bytes bytes = TRY(read_file(path, attest::kMaxFile));
    return attest::File{path, std::move(bytes)};
}

Result<evidence::Files> read_bundle(const std::string& folder) {
    std::error_code error;
    const fs::path root = fs::canonical(folder, error);
    if (error) return unreadable(folder, error.message());
    if (!fs::is_directory(root)) return unreadable(folder, "it is no folder");
    evidence::Files files;
    const std::string list(attest::kEvidenceFile);
    auto content = read_bounded((root / list).string());
    if (!content) return files;
    for (const std::string& path : attest::evidence_paths(*content)) {
        const fs::path real = fs::canonical(root / path, error);
        if (error || !lies_in(root, real)) continue;
        if (auto bytes = read_bounded(real.string())) files[path] = *std::move(bytes);
    }
    files[list] = *std::move(content);
    return files;
}

}  // namespace assay::cli
