#include "fuzz/inputs.h"

#include <algorithm>

#include "stack/base/file.h"

namespace assay::fuzz {

namespace {

// Far more than a fuzzer makes.
constexpr size_t kMostInput = size_t{1} << 26;

}  // namespace

std::vector<Bytes> read_inputs(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> paths;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
        if (entry.is_regular_file()) paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    std::vector<Bytes> inputs;
    for (const auto& path : paths) {
        if (auto input = read_file(path.string(), kMostInput)) inputs.push_back(std::move(*input));
    }
    return inputs;
}

}  // namespace assay::fuzz
