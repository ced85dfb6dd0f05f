// make_seeds FOLDER: writes FOLDER/seeds/TARGET anew, from real exchanges of the reference, and
// FOLDER/dictionaries/spdm.dict, from the list of messages.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include "fuzz/common/coverage.h"
#include "fuzz/device/seeds.h"
#include "fuzz/entries.h"
#include "fuzz/evidence/gpu_seeds.h"
#include "fuzz/evidence/platform_seeds.h"
#include "fuzz/evidence/program_seeds.h"
#include "fuzz/spdm/message_seeds.h"
#include "fuzz/spdm/session_seeds.h"
#include "fuzz/transfer/seeds.h"
#include "stack/wire/registry.h"

namespace assay::fuzz {

namespace {

using namespace wire;

// Writes an input that gets a target to somewhere new, and leaves the others out.
class Seeds {
   public:
    explicit Seeds(std::filesystem::path folder) : folder_(std::move(folder)) {
        std::error_code error;
        for (const Entry& target : entries()) std::filesystem::remove_all(folder_ / target.name, error);
    }

    void write(std::string_view target, const std::string& name, ByteView bytes) {
        clear();
        std::ranges::find(entries(), target, &Entry::name)->run(bytes);
        std::set<std::string>& known = reached_[std::string(target)];
        size_t before = known.size();
        for (uint32_t feature : features()) known.insert(std::to_string(feature));
        known.insert(points().begin(), points().end());
        if (known.size() == before) return;
        std::error_code error;
        std::filesystem::create_directories(folder_ / target, error);
        std::ofstream file(folder_ / target / name, std::ios::binary);
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        good_ &= static_cast<bool>(file);
        if (!file) std::cerr << "cannot write " << (folder_ / target / name) << '\n';
    }
    bool good() const { return good_; }

   private:
    std::filesystem::path folder_;
    std::map<std::string, std::set<std::string>> reached_;
    bool good_ = true;
};

// Headers of every message at every version that has it, and values that fields are compared with.
bool write_dictionary(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    std::ofstream file(folder / "spdm.dict");
    file << "# Written by make_seeds: headers of all messages, and values that fields are compared with.\n";
    for (const MessageInfo& info : messages()) {
        for (Version version : kVersions) {
            if (version < info.since) continue;
            file << fmt::format("{}_{:02x}=\"\\x{:02x}\\x{:02x}\"\n", info.name, byte(version), byte(version),
                                byte(info.code));
        }
    }
    file << "spec_id=\"FTMD\"\npci_sig=\"\\x03\\x00\\x02\\x01\\x00\"\ndmtf_measurement=\"\\x01\\x01\"\n";
    return static_cast<bool>(file);
}

int write_corpora(const std::filesystem::path& folder) {
    Seeds seeds(folder / "seeds");
    const WriteSeed write = [&](std::string_view target, const std::string& name, ByteView bytes) {
        seeds.write(target, name, bytes);
    };
    if (Result<> written = write_message_seeds(write); !written) {
        std::cerr << written.error().text() << '\n';
        return 1;
    }
    write_session_seeds(write);
    write_transfer_seeds(write);
    write_platform_seeds(write);
    write_gpu_seeds(write);
    write_device_seeds(write);
    write_verifier_seeds(write);
    return seeds.good() && write_dictionary(folder / "dictionaries") ? 0 : 1;
}

}  // namespace
}  // namespace assay::fuzz

int main(int argc, char** argv) {
    if (argc != 2 || std::string_view(argv[1]).starts_with('-')) {
        std::cerr << "usage: make_seeds FOLDER (corpora)\n";
        return 2;
    }
    return assay::fuzz::write_corpora(argv[1]);
}
