// What is wrong with the opaque data of a report, and with the identity of the firmware that signed it.
#include "conformance/suites/verifier/edits.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

Bytes& value(Machine& machine, uint16_t type) { return machine.report().field(type)->value; }

// The last wins in NVIDIA's verifiers, so the one that is signed first is what the manifest is looked up by.
void twice(Machine& machine) {
    OpaqueForm again = *machine.report().field(opaque::driver_version);
    machine.report().opaque.push_back(again);
}
void unknown(Machine& machine) { machine.report().opaque.push_back({99, Bytes(4), {}}); }
void invalid(Machine& machine) { machine.report().opaque.push_back({255, Bytes(4), {}}); }
template <uint16_t kType>
void of_switch(Machine& machine) {
    machine.report().opaque.push_back({kType, Bytes(128), {}});
}
void of_gpu(Machine& machine) {
    machine.report().opaque.push_back({opaque::nvdec0_status, {opaque::kOn}, {}});
}

void tail(Machine& machine) { machine.report().opaque_tail = Bytes(3, 0); }
void beyond(Machine& machine) { machine.report().opaque.back().length = 400; }

void nvdec0_empty(Machine& machine) { value(machine, opaque::nvdec0_status).clear(); }
void vbios_short(Machine& machine) { value(machine, opaque::vbios_version).resize(3); }
void flag_long(Machine& machine) { value(machine, opaque::feature_flag).resize(9); }
void fwid_short(Machine& machine) { value(machine, opaque::fwid).resize(32); }
void counts_odd(Machine& machine) { value(machine, opaque::counts).resize(254); }
void driver_empty(Machine& machine) { value(machine, opaque::driver_version).clear(); }

void nvdec0_other(Machine& machine) { value(machine, opaque::nvdec0_status) = {0x00}; }
void pcie_other(Machine& machine) { value(machine, opaque::protected_pcie) = {0x01}; }
void driver_binary(Machine& machine) { value(machine, opaque::driver_version) = {0x35, 0xff, 0x07, 0}; }
void driver_hidden(Machine& machine) {
    // What stands behind the zero is seen by some and not by others.
    append(value(machine, opaque::driver_version), as_bytes("999.99\0"));
}
void data_version(Machine& machine) { value(machine, opaque::data_version) = {2, 0}; }
void flag_other(Machine& machine) { value(machine, opaque::feature_flag) = {7, 0}; }

// A measurement counts as made although it is zero, and the other way round.
void count_without_measurement(Machine& machine) { value(machine, opaque::counts)[size_t{50} * 4] = 1; }
void measurement_without_count(Machine& machine) { value(machine, opaque::counts)[size_t{9} * 4] = 0; }

template <uint16_t kType>
void missing(Machine& machine) {
    machine.report().drop(kType);
}
void none(Machine& machine) { machine.report().opaque.clear(); }

std::string composite() { return std::string(kOidCompositeDeviceId); }

void fwid_absent(Machine& machine) {
    std::erase_if(machine.certificate(0).more, [](const Extension& one) { return one.oid == composite(); });
}
void fwid_garbled(Machine& machine) { find(machine.certificate(0), composite())->value[0] = 0x31; }
void fwid_cut(Machine& machine) {
    Bytes& extension = find(machine.certificate(0), composite())->value;
    extension.resize(extension.size() - 10);
}
void fwid_of_other(Machine& machine) {
    find(machine.certificate(0), composite())->value =
        composite_device_id(machine.certificate(0).key, other_digest("other firmware"));
}
void fwid_reported_other(Machine& machine) { value(machine, opaque::fwid) = other_digest("other firmware"); }
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
        {"opaque/twice", twice},
        {"opaque/unknown", unknown},
        {"opaque/invalid", invalid},
        {"opaque/switch-field-26", of_switch<26>},
        {"opaque/switch-field-28", of_switch<28>},
        {"opaque/switch-field-31", of_switch<31>},
        {"opaque/gpu-field-on-switch", of_gpu},
        {"opaque/tail", tail},
        {"opaque/beyond", beyond},
        {"opaque/nvdec0-empty", nvdec0_empty},
        {"opaque/vbios-short", vbios_short},
        {"opaque/feature-flag-long", flag_long},
        {"opaque/fwid-short", fwid_short},
        {"opaque/counts-odd", counts_odd},
        {"opaque/driver-empty", driver_empty},
        {"opaque/nvdec0-other", nvdec0_other},
        {"opaque/protected-pcie-other", pcie_other},
        {"opaque/driver-binary", driver_binary},
        {"opaque/driver-hidden", driver_hidden},
        {"opaque/data-version", data_version},
        {"opaque/feature-flag-other", flag_other},
        {"opaque/count-without-measurement", count_without_measurement},
        {"opaque/measurement-without-count", measurement_without_count},
        {"opaque/driver-missing", missing<opaque::driver_version>},
        {"opaque/vbios-missing", missing<opaque::vbios_version>},
        {"opaque/nvdec0-missing", missing<opaque::nvdec0_status>},
        {"opaque/none", none},
        {"fwid/absent", fwid_absent},
        {"fwid/garbled", fwid_garbled},
        {"fwid/cut", fwid_cut},
        {"fwid/certificate-of-other", fwid_of_other},
        {"fwid/report-of-other", fwid_reported_other},
        {"fwid/not-reported", missing<opaque::fwid>},
        {"fwid/both-shapes", fwid_both_shapes},
        {"fwid/second-matches", fwid_second},
        {"fwid/none-listed", fwid_none},
        {"fwid/other-hash", fwid_hash},
        {"fwid/hash-of-other-arc", fwid_hash_of_other_arc},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
