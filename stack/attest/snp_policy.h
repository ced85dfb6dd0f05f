// What is asked of a SEV-SNP report.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <vector>

#include "stack/attest/snp_report.h"

namespace assay::attest {

struct SnpPolicy {
    bool allow_debug = false;
    bool allow_migration = false;  // by a migration agent, which then is part of what is trusted
    // The least that the reported TCB and that of the launch may be, each component.
    Tcb tcb;
    std::set<uint32_t> vmpl;  // levels, 0 to 3, that the report may have been asked for at; empty: any
    std::vector<Bytes> measurements;  // 48 bytes each, of the guest's launch; empty: any
    uint32_t guest_svn = 0;           // the least that it may be

    // {"allow_debug": false, "allow_migration": false, "tcb": {"fmc", "bootloader", "tee", "snp",
    // "microcode"}, "vmpl": [0], "measurements": [HEX], "guest_svn": 0}, each optional. Errors:
    // Errc::bad_text naming the key.
    static Result<SnpPolicy> from_json(const nlohmann::json& json);
};

}  // namespace assay::attest
