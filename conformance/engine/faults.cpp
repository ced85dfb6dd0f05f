#include "conformance/engine/faults.h"

#include <fmt/format.h>

namespace assay::engine {

std::unexpected<Error> no_such_fault(std::string_view target, bool defect, std::string_view name,
                                     bool none_at_all) {
    const std::string_view option = defect ? "--defect" : "--waive";
    if (none_at_all) {
        return fail(Errc::bad_text, option, Error::npos,
                    "this build cannot waive checks or plant defects: it was made without ASSAY_HARNESS");
    }
    return fail(Errc::bad_text, option, Error::npos,
                fmt::format("there is no {} '{}' in the {} (assay run --role {} --kill-matrix lists them)",
                            defect ? "defect" : "check", name, target, target));
}

}  // namespace assay::engine
