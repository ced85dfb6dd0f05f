// The sane exchange.
#include <fmt/format.h>

#include "conformance/engine/case.h"
#include "stack/wire/decode.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/session.h"

namespace assay::engine {

using namespace wire;

namespace {

Judgement certificates(Trial& trial, Claims& learned) {
    lab::Lab& lab = trial.lab();
    TRY(trial.expect_answer(TRY(lab.send(GetDigests{})), "SPDM-DIG-001"));
    learned.digests = lab.seen().digests();
    TRY(trial.expect_that(learned.digests.contains(0), "SPDM-DIG-016", "slot 0 is provisioned", "it is not",
                          "ProvisionedSlotMask"));
    TRY(lab.read_chain(0));
    return {};
}

Judgement measurements(Trial& trial, Claims& learned) {
    lab::Lab& lab = trial.lab();
    TRY(trial.expect_answer(TRY(lab.send(lab.get_measurements(kMeasurementCount, false))), "SPDM-MEA-005"));
    lab::Exchange all = TRY(lab.send(lab.get_measurements(kAllMeasurements, false)));
    TRY(trial.expect_answer(all, "SPDM-MEA-009"));
    auto message = TRY(decode<Measurements>(*all.response, all.response_context));
    auto record = TRY(decode_exact<MeasurementRecord>(message.measurement_record, all.response_context));
    for (const MeasurementBlock& block : record.blocks) learned.measurements.push_back(block.index);
    bool signs = lab.seen().parameters().meas_cap() == cap::meas_sig;
    if (!signs || !trial.lab().seen().chains().contains(0)) return {};
    return trial.expect_signature(TRY(lab.send(lab.get_measurements(kAllMeasurements, true))),
                                  "SPDM-MEA-021");
}

// A session from its exchange to its end. The lab has just negotiated for it.
Judgement use_session(Trial& trial, uint32_t id) {
    lab::Lab& lab = trial.lab();
    for (const lab::MacCheck& mac : lab.exchanges().back().macs) {
        TRY(trial.expect_that(mac.good, "SPDM-KEX-018", to_hex(mac.due), "another HMAC", "VerifyData"));
    }
    lab::Exchange digests = TRY(lab.send_in(id, GetDigests{}));
    if (trial.claims().has(cap::cert)) TRY(trial.expect_answer(digests, "SPDM-DIG-013"));
    return trial.expect_answer(TRY(lab.send_in(id, EndSession{})), "SPDM-SES-021");
}

Judgement sessions(Trial& trial, Claims& learned) {
    lab::Lab& lab = trial.lab();
    TRY(lab.negotiated_with_chain(trial.version()));
    learned.session = lab.seen().parameters();
    if (learned.session.both(cap::key_ex) && learned.session.both(cap::mac)) {
        TRY(use_session(trial, TRY(lab.new_session())));
    }
    return {};
}

}  // namespace

Judgement sane_exchange(Trial& trial, Claims* learned) {
    Claims ours;
    ours.version = trial.version();
    ours.supported = true;
    lab::Lab& lab = trial.lab();
    TRY(lab.negotiated(trial.version()));
    const spdm::Parameters& p = ours.parameters = lab.seen().parameters();
    if ((p.responder_flags & cap::cert) != 0) TRY(certificates(trial, ours));
    if ((p.responder_flags & cap::chal) != 0 && !ours.digests.empty()) {
        TRY(trial.expect_signature(TRY(lab.send(lab.challenge())), "SPDM-CHL-001"));
    }
    if (p.meas_cap() != 0 && p.measurement_specification != 0) TRY(measurements(trial, ours));
    bool possible = (p.responder_flags & cap::key_ex) != 0 && lab.dut().carries_secured();
    if (trial.at_least(Version::v1_1) && possible) {
        TRY(sessions(trial, ours));
    }
    if (learned != nullptr) *learned = ours;
    return {};
}

}  // namespace assay::engine
