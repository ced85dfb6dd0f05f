// What is wrong with a device's certificates.
#include "conformance/suites/verifier/edits.h"
#include "stack/evidence/der.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

// Places in a device's chain.
enum ChainPosition : uint8_t { leaf, boot, provisioner, identity, root };

constexpr crypto::UnixTime kPast = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1);
constexpr crypto::UnixTime kFuture = std::chrono::sys_days(std::chrono::year(2027) / 5 / 1);

void leaf_expired(Machine& machine) { machine.certificate(leaf).not_after = kPast; }
void leaf_not_yet(Machine& machine) { machine.certificate(leaf).not_before = kFuture; }
void authority_expired(Machine& machine) { machine.certificate(provisioner).not_after = kPast; }

void self_signed(Machine& machine) {
    Chain& chain = machine.gpu().chain;
    chain.resize(1);
    relink(chain);
}

// Everything is as it should be, under a root that has the right name.
void foreign_root(Machine& machine) {
    Chain& chain = machine.gpu().chain;
    chain[root].key.label += " of a stranger";
    relink(chain);
}

void no_roots(Machine& machine) { machine.roots.erase("device"); }
void root_for_manifests(Machine& machine) {
    machine.roots["device"] = {machine.rims.front().signature.certificates.back()};
}

// Signed by another key under the issuer's name.
void forged(Machine& machine) { machine.certificate(leaf).signer = {"a stranger"}; }
void signature_changed(Machine& machine) {
    machine.certificate(leaf).edit_after = [](Bytes& der) { flip_last(der); };
}
void content_changed(Machine& machine) {
    // The last byte of the serial number, before which stand 13 others.
    machine.certificate(leaf).edit_after = [](Bytes& der) { flip(der, 30); };
}
void authority_missing(Machine& machine) {
    machine.gpu().chain.erase(machine.gpu().chain.begin() + provisioner);
}
void reversed(Machine& machine) { std::ranges::reverse(machine.gpu().chain); }
void stranger_behind(Machine& machine) {
    Chain& chain = machine.gpu().chain;
    chain.push_back(chain[identity]);
}
void certificate_twice(Machine& machine) {
    Chain& chain = machine.gpu().chain;
    chain.insert(chain.begin() + 1, chain[boot]);
}

void not_authority(Machine& machine) { machine.certificate(provisioner).ca = false; }
void no_constraints(Machine& machine) { machine.certificate(boot).ca.reset(); }
void too_deep(Machine& machine) { machine.certificate(provisioner).path_length = 0; }
void may_not_sign(Machine& machine) { machine.certificate(boot).key_usage = usage::digital_signature; }

// A leaf that issues another leaf: so any key with a good chain could vouch for any firmware.
void leaf_issues(Machine& machine) {
    Chain& chain = machine.gpu().chain;
    CertificateForm child = chain[leaf];
    child.key = {"made by a leaf"};
    chain.insert(chain.begin(), child);
    relink(chain);
    machine.report().signer = child.key;
}

Extension unknown_critical() { return {"1.3.6.1.4.1.55555.1", true, evidence::der::boolean(true)}; }
void critical_in_leaf(Machine& machine) { machine.certificate(leaf).more.push_back(unknown_critical()); }
void critical_in_authority(Machine& machine) {
    machine.certificate(provisioner).more.push_back(unknown_critical());
}

void name_not_permitted(Machine& machine) {
    machine.certificate(identity).more.push_back(name_constraint(true, {{"O", "Another Corporation"}}));
}
void name_excluded(Machine& machine) {
    const Name& name = machine.certificate(leaf).subject;
    machine.certificate(identity).more.push_back(name_constraint(false, {name.begin(), name.begin() + 1}));
}

void constraints_in_leaf(Machine& machine) {
    machine.certificate(leaf).more.push_back(name_constraint(false, {{"O", "Another Corporation"}}));
}
void constraints_not_critical(Machine& machine) {
    Extension one = name_constraint(false, {{"O", "Another Corporation"}});
    one.critical = false;
    machine.certificate(identity).more.push_back(one);
}
void constraints_empty(Machine& machine) {
    machine.certificate(identity).more.push_back({"2.5.29.30", true, evidence::der::sequence({})});
}
// policyConstraints: every certificate below needs a policy that is valid.
Extension explicit_policy(bool is_critical) {
    namespace der = evidence::der;
    return {"2.5.29.36", is_critical, der::sequence({der::element(0x80, Bytes{0})})};
}
void policy_constraints(Machine& machine) {
    machine.certificate(identity).more.push_back(explicit_policy(true));
}
void policy_constraints_not_critical(Machine& machine) {
    machine.certificate(identity).more.push_back(explicit_policy(false));
}
void authority_without_subject(Machine& machine) {
    machine.certificate(provisioner).subject.clear();
    relink(machine.gpu().chain);
}
// As certificates were before there were extensions: nothing says what the key is for.
void version_1(Machine& machine) {
    CertificateForm& form = machine.tpm->chain.front();
    form.version = 1;
    form.ca.reset();
    form.key_usage = 0;
    form.purposes.clear();
    form.key_identifiers = false;
}

// Object identifiers of other arcs that end as those do that are looked for.
void purpose_of_other_arc(Machine& machine) { machine.certificate(leaf).purposes = {"1.3.6.1.4.1.55555.3"}; }
void critical_of_other_arc(Machine& machine) {
    machine.certificate(leaf).more.push_back({"1.3.6.1.4.1.55555.6", true, evidence::der::boolean(true)});
}
void constraints_of_other_arc(Machine& machine) {
    CertificateForm& form = machine.certificate(provisioner);
    form.ca.reset();
    form.more.push_back(
        {"1.3.6.1.4.1.55555.19", false, evidence::der::sequence({evidence::der::boolean(true)})});
}

// A self-issued certificate does not count for the path's length, and what stands below it does.
void deep_behind_self_issued(Machine& machine) {
    Chain& chain = machine.gpu().chain;
    CertificateForm self = chain[provisioner];
    self.key.label += ", the next";
    chain[provisioner].path_length = 0;
    chain.insert(chain.begin() + provisioner, self);
    relink(chain);
}
// Below a self-issued certificate there is an authority that no real authority certified as one.
void not_authority_behind_self_issued(Machine& machine) {
    Chain& chain = machine.gpu().chain;
    CertificateForm self = chain[provisioner];
    self.key.label += ", the next";
    chain[boot].ca = false;
    chain.insert(chain.begin() + provisioner, self);
    relink(chain);
}

// The issuer's key signed it, and the certificate names another issuer.
void issuer_renamed(Machine& machine) {
    machine.certificate(leaf).issuer = machine.certificate(identity).subject;
}
// Outside it says SHA-256, inside SHA-384; the signature is of the latter.
void algorithms_differ(Machine& machine) {
    machine.certificate(leaf).edit_after = [](Bytes& der) {
        const Bytes name = evidence::der::oid("1.2.840.10045.4.3.3");
        const auto outer = std::ranges::find_end(der, name);
        *(outer.end() - 1) = 2;
    };
}

void weak_hash(Machine& machine) { machine.certificate(leaf).hash = crypto::HashAlgo::sha256; }
void weak_curve(Machine& machine) {
    Chain& chain = machine.gpu().chain;
    chain[provisioner].key = {"a short key", crypto::SignAlgo::ecdsa_p256};
    chain[boot].hash = crypto::HashAlgo::sha256;
    relink(chain);
}

void leaf_authority(Machine& machine) {
    machine.certificate(leaf).ca = true;
    machine.certificate(leaf).key_usage = usage::digital_signature | usage::cert_sign;
}
void leaf_may_sign(Machine& machine) { machine.certificate(leaf).key_usage |= usage::cert_sign; }
void leaf_usage(Machine& machine) { machine.certificate(leaf).key_usage = usage::key_agreement; }
void leaf_without_usage(Machine& machine) { machine.certificate(leaf).key_usage = 0; }
void leaf_purpose(Machine& machine) { machine.certificate(leaf).purposes = {"1.3.6.1.5.5.7.3.2"}; }

void other_model(Machine& machine) { machine.gpu().model = "GB100"; }
void unknown_model(Machine& machine) { machine.gpu().model = "GX999"; }

void empty(Machine& machine) { cut(machine, "gpu-0/certificates.pem", 0); }
void cut_short(Machine& machine) { cut(machine, "gpu-0/certificates.pem", 500); }
void no_pem(Machine& machine) { replace(machine, "gpu-0/certificates.pem", Bytes(512, 0x30)); }
void bytes_behind(Machine& machine) {
    machine.gpu().der = true;
    machine.edit_files = [](evidence::Files& files) { files.at("gpu-0/certificates.der").push_back(0); };
}
void too_many(Machine& machine) {
    Chain& chain = machine.gpu().chain;
    chain.resize(40, chain.back());
}

void rim_expired(Machine& machine) { machine.driver().signature.certificates[0].not_after = kPast; }
void rim_too_deep(Machine& machine) {
    SignatureForm& signature = machine.driver().signature;
    CertificateForm child = signature.certificates[1];
    child.key = {"another authority for manifests"};
    child.subject[0].second += " B";
    child.path_length.reset();
    signature.certificates.insert(signature.certificates.begin() + 1, child);
    relink(signature.certificates);
}
void rim_foreign_root(Machine& machine) {
    Chain& chain = machine.driver().signature.certificates;
    chain.back().key.label += " (debug only)";
    relink(chain);
}
void rim_purpose(Machine& machine) {
    machine.driver().signature.certificates[0].purposes = {"1.3.6.1.5.5.7.3.1"};
}

}  // namespace

std::span<const Edit> certificate_edits() {
    static constexpr Edit kEdits[] = {
        {"certificate/leaf-expired", leaf_expired},
        {"certificate/leaf-not-yet-valid", leaf_not_yet},
        {"certificate/authority-expired", authority_expired},
        {"certificate/self-signed", self_signed},
        {"certificate/foreign-root", foreign_root},
        {"certificate/no-roots", no_roots},
        {"certificate/root-for-manifests", root_for_manifests},
        {"certificate/forged", forged},
        {"certificate/signature-changed", signature_changed},
        {"certificate/content-changed", content_changed},
        {"certificate/authority-missing", authority_missing},
        {"certificate/reversed", reversed},
        {"certificate/stranger-behind", stranger_behind},
        {"certificate/twice", certificate_twice},
        {"certificate/not-authority", not_authority},
        {"certificate/no-constraints", no_constraints},
        {"certificate/too-deep", too_deep},
        {"certificate/may-not-sign", may_not_sign},
        {"certificate/leaf-issues", leaf_issues},
        {"certificate/critical-in-leaf", critical_in_leaf},
        {"certificate/critical-in-authority", critical_in_authority},
        {"certificate/name-not-permitted", name_not_permitted},
        {"certificate/name-excluded", name_excluded},
        {"certificate/constraints-in-leaf", constraints_in_leaf},
        {"certificate/constraints-not-critical", constraints_not_critical},
        {"certificate/constraints-empty", constraints_empty},
        {"certificate/policy-constraints", policy_constraints},
        {"certificate/policy-constraints-not-critical", policy_constraints_not_critical},
        {"certificate/authority-without-subject", authority_without_subject},
        {"certificate/version-1", version_1},
        {"certificate/purpose-of-other-arc", purpose_of_other_arc},
        {"certificate/critical-of-other-arc", critical_of_other_arc},
        {"certificate/authority-of-other-arc", constraints_of_other_arc},
        {"certificate/deep-behind-self-issued", deep_behind_self_issued},
        {"certificate/no-authority-behind-self-issued", not_authority_behind_self_issued},
        {"certificate/issuer-renamed", issuer_renamed},
        {"certificate/algorithms-differ", algorithms_differ},
        {"certificate/leaf-may-sign", leaf_may_sign},
        {"certificate/weak-hash", weak_hash},
        {"certificate/weak-curve", weak_curve},
        {"certificate/leaf-authority", leaf_authority},
        {"certificate/leaf-usage", leaf_usage},
        {"certificate/leaf-without-usage", leaf_without_usage},
        {"certificate/leaf-purpose", leaf_purpose},
        {"certificate/other-model", other_model},
        {"certificate/unknown-model", unknown_model},
        {"certificate/empty", empty},
        {"certificate/cut", cut_short},
        {"certificate/no-pem", no_pem},
        {"certificate/bytes-behind", bytes_behind},
        {"certificate/too-many", too_many},
        {"certificate/manifest-expired", rim_expired},
        {"certificate/manifest-too-deep", rim_too_deep},
        {"certificate/manifest-foreign-root", rim_foreign_root},
        {"certificate/manifest-purpose", rim_purpose},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
