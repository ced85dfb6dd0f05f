#include "conformance/suites/responder_faults.h"

namespace assay::cases {

engine::Faults<lab::ReferenceOptions> responder_faults() {
    engine::Faults<lab::ReferenceOptions> all;
#ifdef ASSAY_HARNESS
    using spdm::Check, spdm::Defect, transport::Framing, transport::FramingDefect;
    engine::add_faults<Check>(all, false, spdm::kCheckCount,
                              [](auto& options, Check check) { options.faults.waive(check); });
    engine::add_faults<Framing>(all, false, transport::kFramingCount,
                                [](auto& options, Framing check) { options.framing.waive(check); });
    engine::add_faults<Defect>(all, true, spdm::kDefectCount,
                               [](auto& options, Defect defect) { options.faults.plant(defect); });
    engine::add_faults<FramingDefect>(
        all, true, transport::kFramingDefectCount,
        [](auto& options, FramingDefect defect) { options.framing.plant(defect); });
#endif
    return all;
}

}  // namespace assay::cases
