#include "stack/wire/messages/version.h"

namespace assay::wire {

namespace {

constexpr Bits kEntryBits[] = {
    {12, 4, "MajorVersion"}, {8, 4, "MinorVersion"}, {4, 4, "UpdateVersionNumber"}, {0, 4, "Alpha"}};

}  // namespace

Field version_number_field(std::string_view name) { return flags(name, kEntryBits); }

void GetVersion::describe(Visitor& v) {
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, reserved_field("Param2"), param2);
}

void VersionResponse::describe(Visitor& v) {
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, reserved_field("Param2"), param2);
    v.u8(reserved_field(), reserved);
    v.count({.name = "VersionNumberEntryCount",
             .kind = FieldKind::count,
             .min = 1,
             .counts = "VersionNumberEntry"},
            1, entries, 2);
    v.list("VersionNumberEntry", entries,
           [](Visitor& w, uint16_t& entry) { w.u16(version_number_field("VersionNumberEntry"), entry); });
}

}  // namespace assay::wire
