#include "stack/wire/messages/csr.h"

namespace assay::wire {

namespace {

constexpr Bits kAttributes[] = {{0, 3, "CSRCertModel", Version::v1_3},
                                {3, 3, "CSRTrackingTag", Version::v1_3},
                                {7, 1, "Overwrite", Version::v1_3}};

}  // namespace

void GetCsr::describe(Visitor& v) {
    bool attributes = v.at_least(Version::v1_3);
    v.header(kCode, spdm_version, attributes ? Field{.name = "KeyPairID"} : reserved_field("Param1"),
             key_pair_id, attributes ? flags("RequestAttributes", kAttributes) : reserved_field("Param2"),
             request_attributes);
    v.length({.name = "RequesterInfoLength", .counts = "RequesterInfo"}, 2, requester_info);
    describe_opaque_length(v, opaque_data);
    v.blob({.name = "RequesterInfo"}, requester_info);
    describe_opaque_bytes(v, opaque_data);
}

void Csr::describe(Visitor& v) {
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, reserved_field("Param2"), param2);
    v.length({.name = "CSRLength", .counts = "CSRData"}, 2, csr_data);
    v.u16(reserved_field(), reserved);
    v.blob({.name = "CSRData"}, csr_data);
}

}  // namespace assay::wire
