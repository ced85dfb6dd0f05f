// `a` chooses the device, `b` mostly the opaque field.
#include <algorithm>

#include "fuzz/evidence/edits.h"
#include "stack/evidence/rim.h"

namespace assay::fuzz::edits {

using namespace evidence;

namespace {

OpaqueForm* field_of(EvidenceCase& evidence_case, const VerifierStep& step) {
    GpuForm* gpu = chosen(evidence_case.machine.gpus, step.a);
    return gpu == nullptr ? nullptr : chosen(gpu->report.opaque, step.b);
}

ReportForm* report_of(EvidenceCase& evidence_case, const VerifierStep& step) {
    GpuForm* gpu = chosen(evidence_case.machine.gpus, step.a);
    return gpu == nullptr ? nullptr : &gpu->report;
}

void set_extension(CertificateForm& form, std::string_view oid, Bytes value) {
    if (Extension* known = find(form, oid)) {
        known->value = std::move(value);
    } else {
        form.more.push_back({std::string(oid), false, std::move(value)});
    }
}
void drop_extension(CertificateForm& form, std::string_view oid) {
    std::erase_if(form.more, [&](const Extension& one) { return one.oid == oid; });
}

// The leaf says so in the shape that it has, or in that of Hopper.
void name_firmware(CertificateForm& leaf, const Bytes& fwid, uint64_t svn) {
    if (find(leaf, kOidTcbInfo) != nullptr) {
        TcbInfoForm info;
        info.model = "GB100 A01 GSP";
        info.fwids = {fwid, Bytes(48)};
        info.svn = svn;
        set_extension(leaf, kOidTcbInfo, tcb_info(info));
    } else {
        set_extension(leaf, kOidCompositeDeviceId, composite_device_id(leaf.key, fwid));
    }
}

}  // namespace

// c: which bit.
void field_value(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (OpaqueForm* field = field_of(evidence_case, step)) flip(field->value, step.c / 8U, step.c);
}

// c: which.
void field_length(EvidenceCase& evidence_case, const VerifierStep& step) {
    OpaqueForm* field = field_of(evidence_case, step);
    if (field == nullptr) return;
    const size_t size = field->value.size();
    const size_t sizes[] = {0, size - std::min<size_t>(size, 1), size + 1, size / 2, size + 4, 48, 256};
    field->value.resize(chosen(sizes, step.c));
}

void field_gone(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (ReportForm* report = report_of(evidence_case, step)) erase_one(report->opaque, step.b);
}

// c: the second with another value, or at the end.
void field_twice(EvidenceCase& evidence_case, const VerifierStep& step) {
    const OpaqueForm* field = field_of(evidence_case, step);
    if (field == nullptr) return;
    OpaqueForm second = *field;
    if ((step.c & 1) != 0) flip(second.value, 0, 0);
    insert_after(report_of(evidence_case, step)->opaque, step.b, std::move(second), (step.c & 2) != 0);
}

// b: behind which; c: of which type.
void field_foreign(EvidenceCase& evidence_case, const VerifierStep& step) {
    ReportForm* report = report_of(evidence_case, step);
    if (report == nullptr) return;
    constexpr uint16_t kTypes[] = {0, opaque::nvdec0_status, 28, 31, 99, 255, 0x103};
    insert_after(report->opaque, step.b, OpaqueForm{chosen(kTypes, step.c), Bytes{opaque::kOn}, {}});
}

// b, c: which.
void field_moved(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (ReportForm* report = report_of(evidence_case, step)) swap_two(report->opaque, step.b, step.c);
}

// c: what is not so.
void opaque_size(EvidenceCase& evidence_case, const VerifierStep& step) {
    ReportForm* report = report_of(evidence_case, step);
    OpaqueForm* field = field_of(evidence_case, step);
    if (field == nullptr) return;
    const ReportLayout at = layout(*report);
    const auto by = static_cast<uint16_t>(step.c / 4);
    switch (step.c % 4) {
        case 0: field->length = static_cast<uint16_t>(field->value.size() + by); break;
        case 1: report->opaque_tail = Bytes(by % 4, 0); break;
        case 2:
            report->opaque_length = static_cast<uint16_t>(at.signature - at.opaque_length - 2 + by);
            break;
        default: field->length = static_cast<uint16_t>(field->value.size() - by); break;
    }
}

// b: which one; c: driver or VBIOS, and whether its manifest says so too.
void firmware_version(EvidenceCase& evidence_case, const VerifierStep& step) {
    GpuForm* gpu = chosen(evidence_case.machine.gpus, step.a);
    if (gpu == nullptr) return;
    static const std::string kDrivers[] = {"550.90.07", "535.86.09", "550.144.03", "575.32", "9.1"};
    static const std::string kVbios[] = {"96.00.9F.00.01", "96.00.5E.00.01", "97.00.88.00.0A",
                                         "96.10.55.00.01", "96.00.A0.00.00"};
    const bool driver = step.c % 2 == 0;
    OpaqueForm* field = gpu->report.field(driver ? opaque::driver_version : opaque::vbios_version);
    if (field == nullptr) return;
    const std::string& version = driver ? chosen(kDrivers, step.b) : chosen(kVbios, step.b);
    const bool is_switch = gpu->model == name(Model::ls10);
    const Bytes before = field->value;
    field->value = driver || is_switch ? to_bytes(as_bytes(version)) : vbios_bytes(version);
    if (driver) field->value.push_back(0);
    if ((step.c & 2) != 0) return;
    for (RimForm& rim : evidence_case.machine.rims) {
        const std::string known = rim.meta.get("colloquialVersion");
        Bytes written = driver || is_switch ? to_bytes(as_bytes(known)) : vbios_bytes(known);
        if (driver) written.push_back(0);
        if (written == before) rim.meta.set("colloquialVersion", version);
    }
}

// b: of what; c: what it is.
void field_status(EvidenceCase& evidence_case, const VerifierStep& step) {
    ReportForm* report = report_of(evidence_case, step);
    if (report == nullptr) return;
    constexpr uint16_t kTypes[] = {opaque::nvdec0_status, opaque::protected_pcie, opaque::feature_flag,
                                   opaque::data_version};
    constexpr uint8_t kStates[] = {opaque::kOn, opaque::kOff, 0, 1};
    const uint16_t type = chosen(kTypes, step.b);
    const bool is_number = type == opaque::feature_flag || type == opaque::data_version;
    if (report->field(type) == nullptr) {
        if ((step.c & 0x80) == 0) return;
        report->opaque.push_back({type, {}, {}});
    }
    report->field(type)->value =
        is_number ? Bytes{static_cast<uint8_t>(step.c % 4), 0} : Bytes{chosen(kStates, step.c)};
}

// b: security version, of what has one; c: how.
void firmware_identity(EvidenceCase& evidence_case, const VerifierStep& step) {
    GpuForm* gpu = chosen(evidence_case.machine.gpus, step.a);
    if (gpu == nullptr || gpu->chain.empty()) return;
    CertificateForm& leaf = gpu->chain.front();
    OpaqueForm* reported = gpu->report.field(opaque::fwid);
    const Bytes other = other_digest("other firmware");
    const Bytes same = reported == nullptr ? other : reported->value;
    const uint64_t svn = step.b % 4;
    switch (step.c % 9) {
        case 0: name_firmware(leaf, other, svn); break;
        case 1: name_firmware(leaf, same, svn); break;
        case 2:
            if (reported != nullptr) reported->value = other;
            break;
        case 3:
            if (reported != nullptr) reported->value = other;
            name_firmware(leaf, other, svn);
            break;
        case 4:
            drop_extension(leaf, kOidCompositeDeviceId);
            drop_extension(leaf, kOidTcbInfo);
            break;
        case 5: gpu->report.drop(opaque::fwid); break;
        case 6: {
            const bool composite = find(leaf, kOidCompositeDeviceId) != nullptr;
            drop_extension(leaf, composite ? kOidCompositeDeviceId : kOidTcbInfo);
            if (!composite) name_firmware(leaf, same, svn);
            TcbInfoForm info;
            info.fwids = {same};
            info.svn = svn;
            if (composite) set_extension(leaf, kOidTcbInfo, tcb_info(info));
            break;
        }
        case 7: {
            TcbInfoForm info;
            info.fwids = {same};
            if (step.b % 2 == 0) set_extension(leaf, kOidTcbInfo, tcb_info(info));
            if (step.b % 2 == 1)
                set_extension(leaf, kOidCompositeDeviceId, composite_device_id(leaf.key, same));
            break;
        }
        default:
            for (Extension& one : leaf.more)
                if (one.oid == kOidCompositeDeviceId || one.oid == kOidTcbInfo) one.critical = true;
    }
}

}  // namespace assay::fuzz::edits
