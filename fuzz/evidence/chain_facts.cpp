// Certificates (RFC 5280, section 6.1), and the OCSP responses for them (RFC 6960).
#include <algorithm>

#include "fuzz/evidence/edits.h"
#include "fuzz/evidence/oracles.h"
#include "stack/base/ranges.h"

namespace assay::fuzz {

using namespace evidence;

namespace {

bool self_issued(const CertificateForm& form) { return form.subject == form.issuer; }

template <class Holds>
bool each_path(const EvidenceView& view, Holds holds) {
    return std::ranges::all_of(view.paths, [&](const Path& path) { return path.shown > 0 && holds(path); });
}
template <class Holds>
bool each_certificate(const EvidenceView& view, Holds holds) {
    return each_path(view, [&](const Path& path) {
        for (size_t i = 0; i < path.certificates.size(); ++i)
            if (!holds(path, i, *path.certificates[i])) return false;
        return true;
    });
}

bool each_is_issued_by_the_next(const EvidenceView& view) {
    return each_certificate(view, [](const Path& path, size_t i, const CertificateForm& form) {
        return i + 1 == path.certificates.size() || issued_by(form, *path.certificates[i + 1]);
    });
}

bool each_ends_in_a_root(const EvidenceView& view) {
    return each_path(view, [](const Path& path) { return path.rooted; });
}

bool each_is_valid_now(const EvidenceView& view) {
    const crypto::UnixTime now = view.machine.time;
    const bool expired_rims = view.policy.value("allow_expired_rims", false);
    return each_certificate(view, [&](const Path& path, size_t, const CertificateForm& form) {
        const bool may_be_over = path.owner == Owner::rim && expired_rims;
        return form.not_before <= now && (now <= form.not_after || may_be_over);
    });
}

bool issuers_are_authorities(const EvidenceView& view) {
    return each_path(view, [](const Path& path) {
        uint64_t below = 0;
        for (size_t i = 1; i < path.certificates.size(); ++i) {
            const CertificateForm& form = *path.certificates[i];
            const bool may_sign = form.key_usage == 0 || (form.key_usage & usage::cert_sign) != 0;
            if (!form.ca.value_or(false) || !may_sign || below > form.path_length.value_or(below))
                return false;
            if (!self_issued(form)) ++below;
        }
        return true;
    });
}

// TCG's DICE has extensions in devices' certificates, which whoever appraises devices knows.
bool critical_extensions_are_known(const EvidenceView& view) {
    return each_certificate(view, [](const Path& path, size_t, const CertificateForm& form) {
        return std::ranges::all_of(form.more, [&](const Extension& one) {
            const bool dice = path.owner == Owner::device && one.oid.starts_with("2.23.133.5.4.");
            return !one.critical || dice || one.oid == edits::kNameConstraints;
        });
    });
}

// The constraints that the edits make: of one name, of which the first part counts.
bool excludes(const Extension& constraint, const Name& name) {
    const Name first(name.begin(), name.begin() + (name.empty() ? 0 : 1));
    const bool permits_others =
        constraint.value != name_constraint(true, first).value && constraint.value[2] == 0xa0;
    return permits_others || constraint.value == name_constraint(false, first).value;
}

bool names_are_permitted(const EvidenceView& view) {
    return each_certificate(view, [](const Path& path, size_t i, const CertificateForm& form) {
        return std::ranges::all_of(form.more, [&](const Extension& one) {
            if (one.oid != edits::kNameConstraints) return true;
            if (i == 0) return false;
            for (size_t below = 0; below < i; ++below) {
                const CertificateForm& named = *path.certificates[below];
                if ((below == 0 || !self_issued(named)) && excludes(one, named.subject)) return false;
            }
            return true;
        });
    });
}

bool is_pss(const KeyName& key) {
    using enum crypto::SignAlgo;
    return key.algo == rsapss_2048 || key.algo == rsapss_3072 || key.algo == rsapss_4096;
}
bool is_elliptic(const KeyName& key) { return crypto::signature_size(key.algo) < 256; }

// A root is trusted as it is.
bool signatures_are_strong(const EvidenceView& view) {
    return each_certificate(view, [](const Path& path, size_t i, const CertificateForm& form) {
        if (i + 1 == path.certificates.size() && path.rooted) return true;
        const bool sha384 = form.hash == crypto::HashAlgo::sha384;
        switch (path.owner) {
            case Owner::device:
            case Owner::rim: return sha384 && is_elliptic(form.signer);
            case Owner::amd: return sha384 && is_pss(form.signer);
            case Owner::tpm: break;
        }
        return true;
    });
}

bool leaves_are_no_authorities(const EvidenceView& view) {
    return each_path(view, [](const Path& path) {
        return !path.leaf().ca.value_or(false) && (path.leaf().key_usage & usage::cert_sign) == 0;
    });
}

bool leaves_are_for_what_they_do(const EvidenceView& view) {
    return each_path(view, [](const Path& path) {
        constexpr std::string_view kPurposes[] = {"1.3.6.1.4.1.412.274.3", "1.3.6.1.5.5.7.3.3",
                                                  "2.23.133.8.3", ""};
        const CertificateForm& leaf = path.leaf();
        const bool usage_needed = path.owner == Owner::device || path.owner == Owner::rim;
        const bool may_sign =
            leaf.key_usage == 0 ? !usage_needed : (leaf.key_usage & usage::digital_signature) != 0;
        const bool any = contains(leaf.purposes, "2.5.29.37.0");
        const bool fits = leaf.purposes.empty() || any ||
                          contains(leaf.purposes, kPurposes[static_cast<size_t>(path.owner)]);
        return may_sign && fits;
    });
}

Bytes magnitude(const Bytes& serial) {
    return {std::ranges::find_if(serial, [](uint8_t byte) { return byte != 0; }), serial.end()};
}

bool is_about(const OcspForm& response, const Asked& certificate) {
    return response.issuer.subject == certificate.subject->issuer &&
           response.issuer.key == certificate.issuer->key &&
           magnitude(response.subject.serial) == magnitude(certificate.subject->serial);
}

// Of every OCSP response for a certificate of the evidence.
template <class Holds>
bool each_response(const EvidenceView& view, Holds holds) {
    for (const Asked& certificate : view.asked) {
        for (const OcspForm& response : view.evidence_case.ocsp_responses)
            if (response.response_status == 0 && is_about(response, certificate) &&
                !holds(response, certificate))
                return false;
    }
    return true;
}

bool ocsp_responses_are_there(const EvidenceView& view) {
    const auto required = view.policy_part("ocsp").value("require", std::vector<std::string>());
    return std::ranges::all_of(view.asked, [&](const Asked& certificate) {
        if (!contains(required, root_kind(certificate.owner))) return true;
        // Nobody but the device has issued its leaf.
        if (certificate.owner == Owner::device && certificate.leaf) return true;
        return std::ranges::any_of(view.evidence_case.ocsp_responses,
                                   [&](const OcspForm& response) { return is_about(response, certificate); });
    });
}

bool ocsp_responses_are_answers(const EvidenceView& view) {
    return std::ranges::all_of(view.evidence_case.ocsp_responses,
                               [](const OcspForm& response) { return response.response_status == 0; });
}

bool ocsp_responses_are_of_who_may_sign(const EvidenceView& view) {
    const crypto::UnixTime now = view.machine.time;
    return each_response(view, [&](const OcspForm& response, const Asked& certificate) {
        const CertificateForm& issuer = *certificate.issuer;
        // What the file ends with, and an edit changes, is a delegate's certificate when there is one.
        if (response.signer == issuer.key) return !response.edit_after || response.delegate.has_value();
        if (!response.delegate || response.edit_after || !(response.signer == response.delegate->key))
            return false;
        const CertificateForm& delegate = *response.delegate;
        return issued_by(delegate, issuer) && contains(delegate.purposes, "1.3.6.1.5.5.7.3.9") &&
               (delegate.key_usage == 0 || (delegate.key_usage & usage::digital_signature) != 0) &&
               delegate.not_before <= now && now <= delegate.not_after;
    });
}

bool ocsp_responses_have_the_nonce(const EvidenceView& view) {
    const std::string wanted = view.policy_part("ocsp").value("nonce", "matched");
    return each_response(view, [&](const OcspForm& response, const Asked&) {
        if (wanted == "ignored" || (wanted == "matched" && !response.nonce)) return true;
        return response.nonce == view.machine.nonce;
    });
}

// A responder's clock may be five minutes ahead.
bool ocsp_responses_are_of_this_time(const EvidenceView& view) {
    const crypto::UnixTime now = view.machine.time;
    const crypto::UnixTime latest = now + std::chrono::minutes(5);
    const bool end_needed = view.policy_part("ocsp").value("next_update_required", true);
    return each_response(view, [&](const OcspForm& response, const Asked&) {
        const bool holds = response.next_update
                               ? *response.next_update >= now
                               : !end_needed && now - response.this_update <= std::chrono::hours(24);
        return holds && response.this_update <= latest && response.produced <= latest;
    });
}

bool standings_are_good(const EvidenceView& view) {
    const bool hold = view.policy_part("ocsp").value("allow_hold", false);
    return each_response(view, [&](const OcspForm& response, const Asked&) {
        return response.standing == Standing::good || (hold && response.standing == Standing::hold);
    });
}

}  // namespace

std::span<const Fact> chain_facts() {
    static constexpr Fact kFacts[] = {
        {"each certificate is issued by the next one", each_is_issued_by_the_next},
        {"each chain ends in a root that was brought", each_ends_in_a_root},
        {"each certificate is valid now", each_is_valid_now},
        {"issuers are authorities that may issue so deep", issuers_are_authorities},
        {"critical extensions are known", critical_extensions_are_known},
        {"names are those that their issuers may name", names_are_permitted},
        {"certificates are signed with what is strong enough", signatures_are_strong},
        {"leaves are no authorities", leaves_are_no_authorities},
        {"leaves' keys are for what they do", leaves_are_for_what_they_do},
    };
    return kFacts;
}

std::span<const Fact> ocsp_facts() {
    static constexpr Fact kFacts[] = {
        {"there is an OCSP response for each certificate that needs one", ocsp_responses_are_there},
        {"responders answer", ocsp_responses_are_answers},
        {"OCSP responses are signed by the issuer or its delegate", ocsp_responses_are_of_who_may_sign},
        {"OCSP responses have the nonce that is wanted", ocsp_responses_have_the_nonce},
        {"OCSP responses are of this time", ocsp_responses_are_of_this_time},
        {"certificates are in good standing", standings_are_good},
    };
    return kFacts;
}

}  // namespace assay::fuzz
