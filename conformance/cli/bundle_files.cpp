#include "conformance/cli/bundle_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "stack/attest/bundle.h"

namespace assay::cli {

namespace {

namespace fs = std::filesystem;

std::unexpected<Error> unreadable(const std::string& path, std::string_view reason) {
    return fail(Errc::bad_text, "file", Error::npos, fmt::format("cannot read {}: {}", path, reason));
}

// At most one byte more than evidence may have. What is no plain file, a device or a pipe, is not read at
// all.
Result<Bytes> read_bounded(const std::string& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::is_directory(status)) return unreadable(path, "it is a folder");
    if (fs::exists(status) && !fs::is_regular_file(status)) return unreadable(path, "it is no plain file");
    std::ifstream file(path, std::ios::binary);
    if (!file) return unreadable(path, std::strerror(errno));
    Bytes bytes(std::min<size_t>(fs::file_size(path, error), attest::kMaxFile + 1));
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<size_t>(file.gcount()));
    if (file.bad()) return unreadable(path, "it breaks off");
    return bytes;
}

bool lies_in(const fs::path& folder, const fs::path& file) {
    const auto [end, ignored] = std::ranges::mismatch(folder, file);
    return end == folder.end();
}

}  // namespace

Result<attest::File> read_evidence_file(const std::string& path) {
    Bytes bytes = TRY(read_bounded(path));
    if (bytes.size() > attest::kMaxFile)
        return unreadable(path, fmt::format("it is larger than {} MiB", attest::kMaxFile >> 20));
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
