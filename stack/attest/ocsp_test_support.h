// A chain and OCSP responses about it, for the tests. Never included by anything else.
#pragma once

#include <boost/test/unit_test.hpp>

#include "stack/attest/ocsp.h"
#include "stack/evidence/ocsp.h"

namespace assay::attest {

inline constexpr crypto::UnixTime kOcspNow = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);

// Leaf, intermediate and root.
inline const evidence::Chain& ocsp_forms() {
    static const evidence::Chain kMade = [] {
        evidence::Chain chain;
        for (const char* name : {"ocsp leaf", "ocsp intermediate", "ocsp root"}) {
            evidence::CertificateForm& form = chain.emplace_back();
            form.key = {name};
            form.subject = {{"CN", name}};
            form.serial = {static_cast<uint8_t>(chain.size())};
            form.not_before = kOcspNow - std::chrono::days(100);
            form.not_after = kOcspNow + std::chrono::days(100);
            form.ca = chain.size() > 1;
            form.key_usage = *form.ca ? evidence::usage::cert_sign : evidence::usage::digital_signature;
        }
        relink(chain);
        return chain;
    }();
    return kMade;
}

inline const Chain& ocsp_chain() {
    static const Chain kMade = crypto::parse_certificates(to_der(ocsp_forms())).value();
    return kMade;
}

// A response about a certificate of the chain, good and in time.
inline evidence::OcspForm ocsp_about(size_t index) {
    return evidence::genuine(ocsp_forms().at(index), ocsp_forms().at(index + 1), kOcspNow);
}
inline evidence::OcspForm revoked(size_t index, uint8_t reason) {
    evidence::OcspForm form = ocsp_about(index);
    form.standing = evidence::Standing::revoked;
    form.reason = reason;
    return form;
}
inline File ocsp_file(const evidence::OcspForm& form) { return {"word.der", make(form)}; }

}  // namespace assay::attest
