// One function a message group: appends its cases.
#pragma once

#include <span>
#include <vector>

#include "conformance/engine/case.h"

namespace assay::cases {

using CaseList = std::vector<engine::Case>;

inline void add(CaseList& cases, std::span<const engine::Case> more) {
    cases.insert(cases.end(), more.begin(), more.end());
}

void add_header(CaseList& cases);
void add_version(CaseList& cases);
void add_capabilities(CaseList& cases);
void add_illegal_capabilities(CaseList& cases);
void add_algorithms(CaseList& cases);
void add_algorithm_selection(CaseList& cases);
void add_unneeded_algorithms(CaseList& cases);
void add_limits(CaseList& cases);
void add_digests(CaseList& cases);
void add_certificate(CaseList& cases);
void add_certificate_versions(CaseList& cases);
void add_challenge(CaseList& cases);
void add_measurements(CaseList& cases);
void add_measurements_signed(CaseList& cases);
void add_deferral(CaseList& cases);
void add_vendor_defined(CaseList& cases);
void add_malformed(CaseList& cases);
void add_challenge_mutual(CaseList& cases);
void add_key_exchange(CaseList& cases);
void add_key_exchange_response(CaseList& cases);
void add_key_exchange_opaque(CaseList& cases);
void add_key_exchange_shares(CaseList& cases);
void add_finish(CaseList& cases);
void add_finish_mutual(CaseList& cases);
void add_uninvited(CaseList& cases);
void add_psk(CaseList& cases);
void add_psk_finish(CaseList& cases);
void add_session(CaseList& cases);
void add_session_requests(CaseList& cases);
void add_session_legality(CaseList& cases);
void add_session_timers(CaseList& cases);
void add_key_update(CaseList& cases);
void add_record(CaseList& cases);
void add_record_order(CaseList& cases);
void add_record_content(CaseList& cases);
void add_record_numbers(CaseList& cases);
void add_encapsulated(CaseList& cases);
void add_encapsulated_flows(CaseList& cases);
void add_attack(CaseList& cases);
void add_attack_handshake(CaseList& cases);
void add_attack_records(CaseList& cases);
void add_attack_requests(CaseList& cases);
void add_transport_mctp(CaseList& cases);
void add_transport_doe(CaseList& cases);
void add_transport_tcp(CaseList& cases);
// Frames without a message, at which debug builds of DMTF's emulator stop: these cases run after all others.
void add_transport_mctp_empty(CaseList& cases);
void add_transport_doe_empty(CaseList& cases);
void add_transport_tcp_empty(CaseList& cases);

}  // namespace assay::cases
