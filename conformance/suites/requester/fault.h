// A fault of the hostile responder, and the check of a requester that must find it.
#pragma once

#include <vector>

#include "conformance/suites/requester/ends.h"
#include "stack/wire/encode.h"
#include "stack/wire/header.h"

namespace assay::cases::requester {

using lab::Exchange;
using lab::Fault;
using lab::FaultContext;
using lab::RecordFault;

struct Versions {
    wire::Version since = wire::kVersions.front();
    wire::Version until = wire::kVersions.back();

    bool has(wire::Version version) const { return version >= since && version <= until; }
};

// The fault is in what is answered (`fault`, `record`, `on_request`), or in the responder's identity and
// configuration (`wrong`).
struct FaultRow {
    // The rule that the fault breaks, by the name that the built-in requester's check of it has.
    spdm::Check check;
    // Where the fault can be made as it stands here. The case has those versions of them at which its rule
    // exists (versions_of).
    Versions shape = {};
    Fault fault = {};
    // Of the honest run too, with which the run is compared.
    Setup setup = {};
    Setup wrong = {};
    bool later = false;         // somebody in between made it: it can only be found at the next signature
    std::string also = {};      // another requirement that it proves
    bool is_of_also = false;    // which is what it is about, before that of the check
    std::string violated = {};  // in words, where those of the check do not say it

    lab::FlowOptions flow = {};
    RecordFault record = {};
    // A man in the middle: changes requests on their way too, outside sessions.
    std::function<void(Bytes& request)> on_request = {};
    // The request by whose answer it must be found, if not at once: somebody in between made it, and the
    // device signs what it said itself.
    wire::Code noticed_by{};
    // An application may pass over the refusal and go on in the session: that cannot be told from outside.
    bool may_go_on = false;
    // It is one only for a requester with the identity of the built-in one.
    bool built_in = false;
    // The requester is run twice, so that the second run can be answered with what the first had.
    bool twice = false;
};

// The faults, by message group. Those of one check are numbered in the order in which they are added: the
// number is part of their case's id.
void add_vca_faults(std::vector<FaultRow>& rows);
void add_identity_faults(std::vector<FaultRow>& rows);
void add_measurement_faults(std::vector<FaultRow>& rows);
void add_exchange_faults(std::vector<FaultRow>& rows);
void add_session_faults(std::vector<FaultRow>& rows);
void add_record_faults(std::vector<FaultRow>& rows);
void add_mitm_faults(std::vector<FaultRow>& rows);
void add_unending_faults(std::vector<FaultRow>& rows);
const std::vector<FaultRow>& fault_rows();

// The versions of the row's case: all of its shape that have its rule. That is `also` where it is named,
// which says more than the check's. Sessions there are from 1.1 on.
Versions versions_of(const FaultRow& row);

// What the row injects.
lab::Faults faults_of(const FaultRow& row);

// Changes the fields of one kind of response, every time it comes, and signs it anew.
template <class M>
Fault fields(const std::function<void(M&)>& change,
             const std::function<bool(const FaultContext&)>& when = {}) {
    return [change, when](const FaultContext& now, Bytes& response) {
        if (response.size() < 2 || wire::code_of(response) != M::kCode || (when && !when(now))) return;
        auto message = wire::decode<M>(response, now.context());
        if (!message) return;
        change(*message);
        response = wire::encode_raw(*message, now.context());
        now.sign(response);
    };
}
// Changes the bytes of the response that belongs to a request, to the first `times` such requests of a
// connection, and whenever they are repeated; an ERROR stays as it is.
Fault bytes(wire::Code code, const std::function<void(Bytes&)>& change, unsigned times = 1);
// The same with a whole other response, whatever the honest one is. Its first byte becomes that of the
// request.
Fault answer(wire::Code code, std::string_view hex, unsigned times = 1);
void flip(Bytes& bytes);
// To VERSION: takes out its highest entry. Everything after it is honest, at the version that is left.
void without_the_highest(Bytes& response);

// Sessions by KEY_EXCHANGE, and by the key that both share.
inline lab::FlowOptions by_exchange(unsigned sessions = 1) {
    return {.flow = lab::Flow::key_exchange, .sessions = sessions};
}
inline lab::FlowOptions by_psk(unsigned sessions = 1) {
    return {.flow = lab::Flow::psk, .sessions = sessions};
}

}  // namespace assay::cases::requester
