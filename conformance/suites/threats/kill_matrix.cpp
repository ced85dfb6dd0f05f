#include "conformance/suites/threats/kill_matrix.h"

#include <fmt/format.h>

#include "conformance/suites/threats/refusals.h"
#include "conformance/suites/threats/threats.h"

namespace assay::cases::threats {

#ifdef ASSAY_HARNESS

namespace {

// Of the driver: what is not there cannot be used all the same.
constexpr engine::Excuse kExcuses[] = {
    {"session", "without a session there is no secret to go on with"},
    {"path", "what the path refuses it refuses by checks of its own"},
};

// Of the encrypted path, what the table is to notice.
constexpr std::string_view kPathChecks[] = {"block_tag", "work_mac", "not_ready"};
constexpr std::string_view kPathDefects[] = {"plaintext_in_staging", "unverified_kept", "work_nonce_ignored",
                                             "keys_survive_latch"};

std::string cell_that_differs(const Row& row, const guest::MachineFaultConfig& faults) {
    for (device::Mode mode : kModes) {
        const Outcome outcome = observe(row, mode, faults);
        if (outcome.agrees()) continue;
        return fmt::format("{} in {} is {}", row.id, device::name(mode), name(outcome.observed.cell));
    }
    return {};
}

// The row that a check serves is looked at first.
std::string noticed(std::string_view threat, const guest::MachineFaultConfig& faults) {
    for (const Row& row : threat_model()) {
        if (row.id != threat) continue;
        if (std::string by = cell_that_differs(row, faults); !by.empty()) return by;
    }
    for (const Refusal& refusal : refusals()) {
        const std::string by = refusal.attempt(faults);
        if (by != refusal.check) return fmt::format("{}: {} instead of {}", refusal.what, by, refusal.check);
    }
    for (const Row& row : threat_model()) {
        if (row.id == threat) continue;
        if (std::string by = cell_that_differs(row, faults); !by.empty()) return by;
    }
    return {};
}

}  // namespace

engine::KillMatrix threat_kill_matrix() {
    engine::KillMatrix matrix{.rows = {}, .excuses = kExcuses};
    const auto add = [&](std::string_view name, std::string_view threat, bool defect,
                         const guest::MachineFaultConfig& faults) {
        matrix.rows.push_back({name, defect, threat, [=] { return noticed(threat, faults); }});
    };
    for (size_t i = 0; i < device::kCheckCount; ++i) {
        guest::MachineFaultConfig faults;
        faults.gpu.waive(static_cast<device::Check>(i));
        const device::CheckInfo& check = device::info(static_cast<device::Check>(i));
        add(check.name, check.threat, false, faults);
    }
    for (size_t i = 0; i < guest::kCheckCount; ++i) {
        guest::MachineFaultConfig faults;
        faults.guest.waive(static_cast<guest::Check>(i));
        const guest::CheckInfo& check = guest::info(static_cast<guest::Check>(i));
        add(check.name, check.threat, false, faults);
    }
    for (std::string_view name : kPathChecks) {
        guest::MachineFaultConfig faults;
        faults.path.waive(*transfer::check_from_name(name));
        add(name, {}, false, faults);
    }
    for (std::string_view name : kPathDefects) {
        guest::MachineFaultConfig faults;
        faults.path.plant(*transfer::defect_from_name(name));
        add(name, {}, true, faults);
    }
    return matrix;
}

engine::Faults<guest::MachineFaultConfig> machine_faults() {
    engine::Faults<guest::MachineFaultConfig> all;
    engine::add_faults<device::Check>(all, false, device::kCheckCount,
                                      [](auto& faults, device::Check check) { faults.gpu.waive(check); });
    engine::add_faults<guest::Check>(all, false, guest::kCheckCount,
                                     [](auto& faults, guest::Check check) { faults.guest.waive(check); });
    engine::add_faults<transfer::Check>(
        all, false, transfer::kCheckCount,
        [](auto& faults, transfer::Check check) { faults.path.waive(check); });
    engine::add_faults<transfer::Defect>(
        all, true, transfer::kDefectCount,
        [](auto& faults, transfer::Defect defect) { faults.path.plant(defect); });
    return all;
}

#else

engine::KillMatrix threat_kill_matrix() { return {}; }
engine::Faults<guest::MachineFaultConfig> machine_faults() { return {}; }

#endif

}  // namespace assay::cases::threats
