#include "conformance/cases/cases.h"

#include "conformance/cases/requester/lie.h"
#include "conformance/cases/responder/groups.h"

namespace assay::cases {

std::span<const engine::Case> all_cases() {
    static const CaseList all = [] {
        CaseList cases;
        for (auto add : {add_header, add_version, add_capabilities, add_algorithms, add_algorithm_selection,
                         add_digests, add_certificate, add_challenge, add_measurements,
                         add_measurements_signed, add_deferral, add_vendor_defined, add_malformed}) {
            add(cases);
        }
        add_requester(cases);
        return cases;
    }();
    return all;
}

}  // namespace assay::cases
