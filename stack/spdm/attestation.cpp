#include "stack/spdm/attestation.h"

#include <algorithm>

namespace assay::spdm {

using namespace wire;

std::optional<ToSend> AttestationWalk::next() {
    if (refusal_) return std::nullopt;
    if (again_) return std::exchange(again_, std::nullopt);
    answering_ = step_ != Step::version && requester_.turn() != Turn::none;
    if (!answering_ && step_ == Step::end) return std::nullopt;
    Bytes message = answering_ ? requester_.take_turn() : request();
    if (message.empty()) {
        refusal_ = requester_.unsent().value_or(Refusal{Check::answer_place, std::nullopt, 0, {}});
        return std::nullopt;
    }
    return ToSend{std::move(message), Micros{0}, requester_.secured()};
}

Checked<> AttestationWalk::receive(ByteView response, bool secured) {
    return take(requester_.receive(response, secured));
}

Checked<> AttestationWalk::timed_out() { return take(requester_.timed_out()); }

Checked<> AttestationWalk::take(Checked<Outcome> outcome) {
    if (!outcome) {
        refusal_ = outcome.error();
        return std::unexpected(std::move(outcome).error());
    }
    if (!outcome->done()) {
        again_ = ToSend{std::move(outcome->again), outcome->delay, outcome->secured};
    } else if (!answering_) {
        advance();
    }
    return {};
}

Bytes AttestationWalk::request() {
    switch (step_) {
        case Step::version: return requester_.get_version();
        case Step::capabilities: return requester_.get_capabilities();
        case Step::algorithms: return requester_.negotiate_algorithms();
        case Step::digests: return requester_.get_digests();
        case Step::certificates:
            read_before_ = requester_.received(reading_);
            return requester_.get_certificate(reading_, static_cast<uint16_t>(read_before_),
                                              options_.portion);
        case Step::challenge: {
            const Parameters& p = requester_.parameters();
            bool measures = p.meas_cap() != 0 && p.measurement_specification != 0;
            return requester_.challenge(slot_, measures ? options_.summary_type : summary::none);
        }
        case Step::measurement_count: return requester_.get_measurements({.operation = kMeasurementCount});
        case Step::unsigned_measurements: return requester_.get_measurements({.raw = options_.raw});
        case Step::signed_measurements:
            return requester_.get_measurements(
                {.sign = true, .raw = options_.raw, .slot = measurement_slot()});
        case Step::end: break;
    }
    return {};
}

bool AttestationWalk::applies(Step step) const {
    const Parameters& p = requester_.parameters();
    bool measures = p.meas_cap() != 0 && p.measurement_specification != 0;
    switch (step) {
        case Step::digests: return (p.responder_flags & cap::cert) != 0;
        case Step::certificates: return reading_ < kSlots;
        case Step::challenge:
            return (p.responder_flags & cap::chal) != 0 && requester_.chain(slot_) != nullptr;
        case Step::measurement_count:
        case Step::unsigned_measurements: return measures && options_.unsigned_measurements;
        case Step::signed_measurements:
            return measures && p.meas_cap() == cap::meas_sig &&
                   requester_.chain(measurement_slot()) != nullptr;
        default: return true;
    }
}

// To the next request: another portion, another slot, or the next step that the responder can take.
void AttestationWalk::advance() {
    if (step_ == Step::digests) {
        settle_slot();
        reading_ = 0;
        while (reading_ < kSlots && !wanted(reading_)) ++reading_;
    }
    if (step_ == Step::certificates) {
        size_t now = requester_.received(reading_);
        // A portion that brings nothing, or that goes beyond what an offset can say, ends the slot.
        bool more = requester_.chain(reading_) == nullptr && now > read_before_ && now <= 0xffff;
        if (more) return;
        do ++reading_;
        while (reading_ < kSlots && !wanted(reading_));
        if (reading_ < kSlots) return;
    }
    do step_ = static_cast<Step>(static_cast<int>(step_) + 1);
    while (step_ != Step::end && !applies(step_));
}

void AttestationWalk::settle_slot() {
    slot_ = options_.slot;
    if (requester_.digests().has_certificate(slot_)) return;
    for (uint8_t slot = kSlots; slot-- > 0;) {
        if (requester_.digests().has_certificate(slot)) slot_ = slot;
    }
}

// GET_MEASUREMENTS names no slot at 1.0.
uint8_t AttestationWalk::measurement_slot() const {
    return requester_.parameters().version >= Version::v1_1 ? slot_ : 0;
}

bool AttestationWalk::wanted(uint8_t slot) const {
    return requester_.digests().has_certificate(slot) &&
           (options_.every_slot || slot == slot_ || slot == measurement_slot());
}

}  // namespace assay::spdm
