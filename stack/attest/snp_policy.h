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
    // Firmware that was not committed to may have been taken back since the launch.
    bool allow_rollback = false;
    // CHIP_ID must be there. The host may mask it (SNP_CONFIG, MASK_CHIP_ID); a VCEK names the chip all the
    // same.
    bool chip_id_required = false;
    // Each bit of PLATFORM_INFO must be one that is known here.
    bool platform_info_known = false;

    // {"allow_debug": false, "allow_migration": false, "tcb": {"fmc", "bootloader", "tee", "snp",
    // "microcode"}, "vmpl": [0], "measurements": [HEX], "guest_svn": 0, "allow_rollback": false,
    // "chip_id_required": false, "platform_info_known": false}, each optional. Errors:
    // Errc::bad_text naming the key.
    static Result<SnpPolicy> from_json(const nlohmann::json& json);
};

}  // namespace assay::attest
