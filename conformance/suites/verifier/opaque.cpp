// What is wrong with the opaque data of a report, and with the identity of the firmware that signed it.
#include "conformance/suites/verifier/edits.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

Bytes& value(Machine& machine, uint16_t type) { return machine.report().field(type)->value; }

void fwid_both_shapes(Machine& machine) {
    TcbInfoForm info;
    info.model = "GH100 A01 GSP";
    info.fwids = {value(machine, opaque::fwid)};
    machine.certificate(0).more.push_back({std::string(kOidTcbInfo), false, tcb_info(info)});
}

TcbInfoForm tcb_form(Machine& machine) {
    TcbInfoForm info;
    info.model = "GB100 A01 GSP";
    info.fwids = {value(machine, opaque::fwid), Bytes(48)};
    return info;
}
void set_tcb_info(Machine& machine, const TcbInfoForm& info) {
    find(machine.certificate(0), kOidTcbInfo)->value = tcb_info(info);
}
void fwid_second(Machine& machine) {
    TcbInfoForm info = tcb_form(machine);
    std::swap(info.fwids[0], info.fwids[1]);
    set_tcb_info(machine, info);
}
void fwid_none(Machine& machine) {
    TcbInfoForm info = tcb_form(machine);
    info.fwids.clear();
    set_tcb_info(machine, info);
}
void fwid_hash_is(Machine& machine, std::string_view oid) {
    TcbInfoForm info = tcb_form(machine);
    info.digest_oid = oid;
    set_tcb_info(machine, info);
}
void fwid_hash(Machine& machine) { fwid_hash_is(machine, "2.16.840.1.101.3.4.2.1"); }
// Of DSA with SHA-256, whose last byte is that of SHA-384.
void fwid_hash_of_other_arc(Machine& machine) { fwid_hash_is(machine, "2.16.840.1.101.3.4.3.2"); }

}  // namespace

std::span<const Edit> opaque_edits() {
    static constexpr Edit kEdits[] = {
        {"fwid/both-shapes", fwid_both_shapes},
        {"fwid/second-matches", fwid_second},
        {"fwid/none-listed", fwid_none},
        {"fwid/other-hash", fwid_hash},
        {"fwid/hash-of-other-arc", fwid_hash_of_other_arc},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
