#include "conformance/suites/cases.h"

#include <fmt/format.h>

#include "conformance/engine/applicability.h"
#include "conformance/engine/runner.h"
#include "conformance/suites/kill_matrix.h"
#include "conformance/suites/responder/groups.h"

namespace assay::cases {

std::span<const engine::Case> all_cases() {
    static const CaseList all = [] {
        CaseList cases;
        for (auto add : {add_header,
                         add_version,
                         add_capabilities,
                         add_illegal_capabilities,
                         add_algorithms,
                         add_algorithm_selection,
                         add_unneeded_algorithms,
                         add_limits,
                         add_digests,
                         add_certificate,
                         add_certificate_versions,
                         add_challenge,
                         add_measurements,
                         add_measurements_signed,
                         add_deferral,
                         add_vendor_defined,
                         add_malformed,
                         add_challenge_mutual,
                         add_key_exchange,
                         add_key_exchange_response,
                         add_key_exchange_opaque,
                         add_key_exchange_shares,
                         add_finish,
                         add_finish_mutual,
                         add_uninvited,
                         add_psk,
                         add_psk_finish,
                         add_session,
                         add_session_requests,
                         add_session_legality,
                         add_session_timers,
                         add_key_update,
                         add_record,
                         add_record_order,
                         add_record_content,
                         add_record_numbers,
                         add_encapsulated,
                         add_encapsulated_flows,
                         add_attack,
                         add_attack_handshake,
                         add_attack_records,
                         add_attack_requests}) {
            add(cases);
        }
        for (auto add : {add_transport_mctp, add_transport_doe, add_transport_tcp, add_transport_mctp_empty,
                         add_transport_doe_empty, add_transport_tcp_empty}) {
            add(cases);
        }
        return cases;
    }();
    return all;
}

engine::Suite responder_suite() {
    const auto cases = [] {
        std::vector<engine::CaseInfo> list;
        for (const engine::Case& one : all_cases()) {
            list.push_back({.id = one.id,
                            .columns = {fmt::format("{}-{}", wire::name(one.since), wire::name(one.until))},
                            .title = one.title,
                            .requirements = one.requirements,
                            .needs = engine::names_of_needs(one.needs),
                            .negative = one.negative,
                            .writes = one.writes,
                            .once = one.once,
                            .waits = one.waits});
        }
        return list;
    };
    return {.name = "responder",
            .unit = "cases",
            .cases = cases,
            .kill_matrix = [] { return kill_matrix(Search::wholly); },
            .always = {engine::kSaneFirst, engine::kSaneLast},
            .column_names = {"versions"}};
}

}  // namespace assay::cases
