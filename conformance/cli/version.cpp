#include "conformance/cli/version.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "conformance/report/json.h"
#include "conformance/report/list.h"
#include "conformance/report/trace.h"
#include "conformance/suites/threats/threats.h"
#include "stack/attest/bundle.h"

namespace assay::cli {

std::string version_text() {
    return fmt::format(
        "assay {} ({})\n"
        "built by {}, {} checks that can be waived, with {}\n"
        "runs with {}\n"
        "formats: report.json {}, trace.json {}, threats.json {}, the list of cases {}, evidence.json {}\n",
        ASSAY_VERSION, ASSAY_COMMIT,
#ifdef __clang__
        "clang " __clang_version__,
#else
        "gcc " __VERSION__,
#endif
#ifdef ASSAY_HARNESS
        "with",
#else
        "without",
#endif
        OPENSSL_VERSION_TEXT, OpenSSL_version(OPENSSL_VERSION), report::kJsonFormat, report::kTraceFormat,
        cases::threats::kFormat, report::kListFormat, attest::kEvidenceFormat);
}

}  // namespace assay::cli
