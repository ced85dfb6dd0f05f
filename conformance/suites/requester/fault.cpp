#include "conformance/suites/requester/fault.h"

#include <algorithm>

#include "conformance/engine/requirement.h"
#include "stack/wire/requests.h"

namespace assay::cases::requester {

using namespace wire;

namespace {

Fault first_times(wire::Code code, unsigned times,
                  const std::function<void(const FaultContext&, Bytes&)>& change) {
    return [code, change, times](const FaultContext& now, Bytes& response) {
        if (code_of(now.request) != code) return;
        // Anew on each connection; and who asks again gets the same again.
        unsigned answered = 0;
        for (const Exchange& seen : now.log) {
            if (code_of(seen.request) == code::get_version && code != code::get_version) answered = 0;
            answered += code_of(seen.request) == code && seen.request != now.request ? 1 : 0;
        }
        if (answered < times) change(now, response);
    };
}

}  // namespace

Fault bytes(wire::Code code, const std::function<void(Bytes&)>& change, unsigned times) {
    return first_times(code, times,
                       [change, response_code = response_to(code)](const FaultContext&, Bytes& response) {
                           if (response.size() >= kHeaderSize && code_of(response) == response_code)
                               change(response);
                       });
}

Fault answer(wire::Code code, std::string_view hex, unsigned times) {
    const Bytes instead = from_hex(hex).value_or(Bytes{});
    return first_times(code, times, [instead](const FaultContext& now, Bytes& response) {
        response = instead;
        if (!response.empty()) response.front() = version_byte(now.request);
    });
}

void flip(Bytes& bytes) { bytes.back() ^= 1; }

void without_the_highest(Bytes& response) {
    response.resize(response.size() - 2);
    response[5] -= 1;  // VersionNumberEntryCount
}

Versions versions_of(const FaultRow& row) {
    Versions versions = row.shape;
    const auto narrow = [&versions](Version since, Version until) {
        versions = {std::max(versions.since, since), std::min(versions.until, until)};
    };
    const std::string_view of_check = spdm::info(row.check).requirement;
    const auto* rule = engine::Requirements::embedded().find(row.also.empty() ? of_check : row.also);
    if (rule != nullptr) narrow(rule->since, rule->until);
    if (row.flow.flow != lab::Flow::attestation) narrow(Version::v1_1, kVersions.back());
    return versions;
}

lab::Faults faults_of(const FaultRow& row) {
    return {.response = row.fault,
            .record = row.record,
            .request = row.on_request,
            .in_between = row.later || row.noticed_by != wire::Code{}};
}

const std::vector<FaultRow>& fault_rows() {
    static const std::vector<FaultRow> all = [] {
        std::vector<FaultRow> rows;
        for (auto add : {add_vca_faults, add_identity_faults, add_measurement_faults, add_exchange_faults,
                         add_session_faults, add_record_faults, add_mitm_faults, add_unending_faults}) {
            add(rows);
        }
        return rows;
    }();
    return all;
}

}  // namespace assay::cases::requester
