// junit.xml: a run for those who collect test results.
#pragma once

#include <string>

#include "conformance/report/details.h"

namespace assay::report {

// One testsuite per version, in the order of the run, or one for a role without versions; one testcase per
// result. A failure, an unexpected pass
// and a dead target are <failure>, a harness error is <error>, with case_text() as their text; not
// applicable, blocked and waived are <skipped> with the verdict and the reason; warnings and loose passes
// pass, with case_text() in <system-out>.
std::string to_junit(const engine::RunReport& report, const Details& details = {});

}  // namespace assay::report
