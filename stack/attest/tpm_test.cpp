#include "stack/attest/tpm.h"

#include "stack/attest/binding.h"
#include "stack/attest/event_replay.h"
#include "stack/attest/platform_test_support.h"
#include "stack/attest/quote.h"

namespace assay::attest {

namespace {

using crypto::HashAlgo;
using crypto::SignAlgo;

namespace tpm_alg = evidence::tpm_alg;

const crypto::TestPki& pki() {
    static const crypto::TestPki kMade = [] {
        crypto::CertificateSpec leaf;
        leaf.eku = {"2.23.133.8.3"};
        return crypto::make_test_pki(SignAlgo::ecdsa_p256, SignAlgo::ecdsa_p384, HashAlgo::sha384, "tpm",
                                     &leaf)
            .value();
    }();
    return kMade;
}

// A TPM's evidence before it is signed.
struct Made {
    evidence::EventLogForm log = genuine_log();
    std::vector<Selection> selections = {{tpm_alg::sha256, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}};
    Bytes extra_data = quote_data(test_nonce());
    HashAlgo hash = HashAlgo::sha256;
    uint16_t hash_id = tpm_alg::sha256;
    Registers held;   // instead of what the log leads to
    Registers given;  // by the evidence
    std::optional<Bytes> canonical_log;
    std::function<void(Quote&)> edit_quote = [](Quote&) {};
    std::function<void(TpmEvidence&)> edit_after = [](TpmEvidence&) {};
    std::vector<GpuEvidence> gpus;
    Context context;

    Made() {
        context.nonce = test_nonce();
        context.time = kNow;
        context.roots.tpm = {pki().root};
        context.policy.tpm = TpmPolicy{};
    }
    evidence::EventForm& of_type(uint32_t type) {
        return *std::ranges::find(log.events, type, &evidence::EventForm::type);
    }
};

TpmEvidence sealed(const Made& made) {
    TpmEvidence tpm;
    tpm.event_log = {"tpm/log.bin", make(made.log)};
    evidence::QuoteForm form;
    form.extra_data = made.extra_data;
    form.values = evidence::replay(made.log);
    form.signer = {"tpm", SignAlgo::ecdsa_p256};
    Quote quote = quote_of(form);
    quote.selections = made.selections;
    if (const auto log = parse_event_log(tpm.event_log.bytes)) {
        Registers values = replay(*log);
        for (const auto& [one, value] : made.held) values[one] = value;
        quote.digest = quoted_digest(quote, made.hash_id, values).value_or(quote.digest);
    }
    tpm.registers = made.given;
    if (made.canonical_log) tpm.canonical_log = {"tpm/canonical.log", *made.canonical_log};
    made.edit_quote(quote);
    tpm.quote = {"tpm/quote.bin", marshal(quote)};
    const Bytes raw = crypto::openssl_provider()
                          .sign(SignAlgo::ecdsa_p256, made.hash, pki().leaf_key, {.bytes = tpm.quote.bytes})
                          .value();
    const ByteView rs(raw);
    tpm.signature = {"tpm/quote.sig", marshal(QuoteSignature{.algorithm = tpm_alg::ecdsa,
                                                             .hash = made.hash_id,
                                                             .r = to_bytes(rs.first(32)),
                                                             .s = to_bytes(rs.last(32))})};
    tpm.certificates = {"tpm/ak.der", concat({pki().leaf.der(), pki().intermediate.der()})};
    made.edit_after(tpm);
    return tpm;
}

Appraisal appraised(const Made& made, FaultConfig faults = {}) {
    Appraisal appraisal(faults);
    Evidence evidence;
    evidence.gpus = made.gpus;
    evidence.tpm = sealed(made);
    appraise_tpm(appraisal, *evidence.tpm, evidence, made.context);
    return appraisal;
}

std::vector<Wrong<Made>> wrongs() {
    return {
        {Check::quote_form, "a byte behind the quote",
         [](Made& m) { m.edit_after = [](TpmEvidence& t) { t.quote.bytes.push_back(0); }; }},
        {Check::quote_form, "a byte behind the signature",
         [](Made& m) { m.edit_after = [](TpmEvidence& t) { t.signature.bytes.push_back(0); }; }},
        {Check::quote_magic, "not made inside a TPM",
         [](Made& m) { m.edit_quote = [](Quote& q) { q.magic = 0xff544348; }; }},
        {Check::quote_type, "TPM_ST_ATTEST_TIME",
         [](Made& m) { m.edit_quote = [](Quote& q) { q.type = 0x8019; }; }},
        {Check::quote_algorithm, "SHA-512",
         [](Made& m) {
             m.hash = HashAlgo::sha512;
             m.hash_id = tpm_alg::sha512;
         }},
        {Check::quote_signature, "one bit of the signature",
         [](Made& m) { m.edit_after = [](TpmEvidence& t) { t.signature.bytes.back() ^= 1; }; }},
        {Check::quote_signature, "one bit of the clock",
         [](Made& m) { m.edit_after = [](TpmEvidence& t) { t.quote.bytes.at(81) ^= 1; }; }},
        {Check::quote_nonce, "another nonce", [](Made& m) { m.extra_data = Bytes(32, 1); }},
        {Check::quote_nonce, "the nonce and more", [](Made& m) { m.extra_data.push_back(0); }},
        {Check::nonce_expected, "no nonce", [](Made& m) { m.context.nonce.reset(); }},
        {Check::quote_selection, "a register that the policy needs",
         [](Made& m) { m.context.policy.tpm->registers = {10}; }},
        {Check::quote_selection, "a register in SHA-1 only",
         [](Made& m) {
             m.log.banks = {tpm_alg::sha1, tpm_alg::sha256};
             m.selections.push_back({tpm_alg::sha1, {10}});
             m.context.policy.tpm->registers = {10};
         }},
        {Check::log_form, "a byte behind the log",
         [](Made& m) { m.edit_after = [](TpmEvidence& t) { t.event_log.bytes.push_back(0); }; }},
        {Check::log_bank, "a bank that the firmware does not extend",
         [](Made& m) { m.selections.push_back({tpm_alg::sha384, {16}}); }},
        {Check::log_digest, "an action that is not what was measured",
         [](Made& m) { m.of_type(event_type::efi_action).digest_of = Bytes{1}; }},
        {Check::log_replay, "a register that the log does not lead to",
         [](Made& m) { m.edit_quote = [](Quote& q) { q.digest[0] ^= 1; }; }},
        {Check::log_replay, "another startup locality",
         [](Made& m) {
             m.edit_after = [log = m.log](TpmEvidence& t) mutable {
                 log.events.insert(log.events.begin(),
                                   {.type = event_type::no_action, .data = evidence::startup_locality(3)});
                 t.event_log.bytes = make(log);
             };
         }},
        {Check::log_replay, "a register that nothing leads to",
         [](Made& m) { m.held[{Bank::sha256, 9}] = crypto::Digest(Bytes(32, 9)); }},
        {Check::log_explained, "a firmware's register whose log is not that of its value",
         [](Made& m) {
             m.held[{Bank::sha256, 5}] = m.given[{Bank::sha256, 5}] = crypto::Digest(Bytes(32, 9));
         }},
        {Check::log_explained, "a later register that the policy wants explained",
         [](Made& m) {
             m.held[{Bank::sha256, 9}] = m.given[{Bank::sha256, 9}] = crypto::Digest(Bytes(32, 9));
             m.context.policy.tpm->explained = {9};
         }},
        {Check::log_canonical_form, "half a record", [](Made& m) { m.canonical_log = Bytes{0, 0}; }},
        {Check::log_separator, "no separator",
         [](Made& m) { std::erase_if(m.log.events, [](const auto& e) { return e.index == 3; }); }},
        {Check::log_separator, "firmware after the separator",
         [](Made& m) { m.log.events.push_back({0, 0x80000008, Bytes(16), Bytes{9}}); }},
        {Check::log_separator, "a separator under another name",
         [](Made& m) {
             for (auto& e : m.log.events)
                 if (e.index == 7 && e.type == event_type::separator) e.type = event_type::ipl;
         }},
        {Check::boot_secure, "secure boot is off",
         [](Made& m) {
             m.of_type(event_type::variable_driver_config).data =
                 evidence::efi_variable("SecureBoot", Bytes{0});
         }},
        {Check::boot_secure, "nothing says so",
         [](Made& m) { m.of_type(event_type::variable_driver_config).type = 0x00000006; }},
        {Check::boot_loader, "another boot loader",
         [](Made& m) { m.context.policy.tpm->boot_loaders = {Bytes(32, 1)}; }},
        {Check::boot_firmware, "other firmware",
         [](Made& m) { m.context.policy.tpm->firmware = {Bytes(32, 1)}; }},
        {Check::boot_system, "another system",
         [](Made& m) { m.context.policy.tpm->systems = {{{9, Bytes(32, 1)}}}; }},
        {Check::binding_tpm, "the nonce alone where it should be bound",
         [](Made& m) { m.context.policy.composite = true; }},
        {Check::binding_tpm, "the GPUs in another order",
         [](Made& m) {
             m.context.policy.composite = true;
             m.gpus = {gpu_with_leaf("one"), gpu_with_leaf("two")};
             Evidence other;
             other.gpus = {m.gpus[1], m.gpus[0]};
             m.extra_data = bound_quote_data(test_nonce(), gpu_leaves(other).value());
         }},
        {Check::cert_purpose, "a certificate for something else",
         [](Made& m) {
             m.edit_after = [](TpmEvidence& t) {
                 crypto::CertificateSpec spec;
                 spec.subject = "tpm leaf";
                 spec.issuer = "tpm intermediate";
                 spec.not_before = pki().leaf.not_before();
                 spec.not_after = pki().leaf.not_after();
                 spec.eku = {"1.3.6.1.5.5.7.3.1"};
                 const auto leaf = crypto::make_certificate(spec, pki().leaf_key.public_key(),
                                                            pki().intermediate_key, HashAlgo::sha384);
                 t.certificates.bytes = concat({leaf.value().der(), pki().intermediate.der()});
             };
         }},
        {Check::cert_root_pinned, "no root", [](Made& m) { m.context.roots.tpm.clear(); }},
    };
}

// The policy that asks for exactly what the genuine log shows.
TpmPolicy full_policy() {
    const Bytes bytes = make(genuine_log());
    const Registers values = replay(parse_event_log(bytes).value());
    const auto value = [&](uint32_t index) { return to_bytes(values.at({Bank::sha256, index}).view()); };
    TpmPolicy policy;
    policy.registers = {0, 1, 2, 3, 4, 5, 6, 7};
    policy.boot_loaders = {Bytes(32, 7), evidence::boot_digest(evidence::BootOptions{}.loader),
                           evidence::boot_digest("GRUB 2.12")};
    policy.firmware = {value(0)};
    policy.systems = {{{9, Bytes(32, 7)}}, {{9, value(9)}}};
    return policy;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tpm_suite)

BOOST_AUTO_TEST_CASE(a_genuine_quote_is_trusted_and_says_how_it_booted) {
    Made made;
    made.context.policy.tpm = full_policy();
    const Appraisal appraisal = appraised(made);
    BOOST_TEST((appraisal.verdict() == Verdict::trusted), appraisal.text());
    const auto& claims = appraisal.claims().at("tpm");
    BOOST_TEST(claims.at("secure-boot") == true);
    BOOST_TEST(claims.at("firmware-version") == evidence::BootOptions{}.firmware);
    BOOST_TEST(claims.at("bootcount") == 3);
    BOOST_TEST(claims.at("boot-loaders").size() == 2U);
    BOOST_TEST(claims.at("registers").at("sha256").size() == 10U);
}

BOOST_AUTO_TEST_CASE(each_way_of_being_wrong_violates_its_check_and_no_other) {
    each_violates_its_own_check(wrongs(), appraised);
}

BOOST_AUTO_TEST_CASE(each_check_of_the_quote_can_be_waived) { each_check_can_be_waived(wrongs(), appraised); }

BOOST_AUTO_TEST_CASE(a_bound_quote_is_trusted) {
    Made made;
    made.context.policy.composite = true;
    made.gpus = {gpu_with_leaf("one"), gpu_with_leaf("two")};
    Evidence evidence;
    evidence.gpus = made.gpus;
    made.extra_data = bound_quote_data(test_nonce(), gpu_leaves(evidence).value());
    BOOST_TEST((appraised(made).verdict() == Verdict::trusted));
}

BOOST_AUTO_TEST_CASE(a_register_that_no_log_explains_is_trusted_by_its_given_value_and_named) {
    Made made;
    made.selections.front().indexes.push_back(10);
    made.held[{Bank::sha256, 10}] = made.given[{Bank::sha256, 10}] = crypto::Digest(Bytes(32, 9));
    const Appraisal appraisal = appraised(made);
    BOOST_TEST((appraisal.verdict() == Verdict::trusted), appraisal.text());
    const auto& claims = appraisal.claims().at("tpm");
    BOOST_TEST(claims.at("unexplained-registers").at("sha256") == nlohmann::json::array({10}));
    BOOST_TEST(claims.at("registers").at("sha256").at("10") == to_hex(Bytes(32, 9)));
    made.given.clear();
    const Appraisal without = appraised(made);
    BOOST_TEST(refused_by(without) == std::vector<std::string>{"log_replay"},
               boost::test_tools::per_element());
    BOOST_TEST(without.text().contains("10 (sha256)"));
}

BOOST_AUTO_TEST_CASE(a_quote_of_the_sha_1_bank_alone_has_separators_too) {
    Made made;
    made.log.banks = {tpm_alg::sha1, tpm_alg::sha256};
    made.selections.front().algorithm = tpm_alg::sha1;
    made.context.policy.tpm->secure_boot = false;
    BOOST_TEST((appraised(made).verdict() == Verdict::trusted));
    made.log.events.push_back({7, event_type::separator, Bytes(4)});
    BOOST_TEST(refused_by(appraised(made)) == std::vector<std::string>{"log_separator"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_quote_of_sha384_signed_with_sha384_is_trusted) {
    Made made;
    made.log.banks = {tpm_alg::sha256, tpm_alg::sha384};
    made.selections = {{tpm_alg::sha384, {0, 4, 7}}};
    made.hash = HashAlgo::sha384;
    made.hash_id = tpm_alg::sha384;
    const Appraisal appraisal = appraised(made);
    BOOST_TEST((appraisal.verdict() == Verdict::trusted), appraisal.text());
}

BOOST_AUTO_TEST_CASE(a_boot_loader_under_another_name_is_one_all_the_same) {
    Made made;
    made.context.policy.tpm = full_policy();
    made.log.events.push_back({4, 0x00000006, Bytes{1}, Bytes{2}});
    BOOST_TEST(refused_by(appraised(made)) == std::vector<std::string>{"boot_loader"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(secure_boot_measured_after_the_separator_counts_for_nothing) {
    Made made;
    made.of_type(event_type::variable_driver_config).data = evidence::efi_variable("SecureBoot", Bytes{0});
    made.log.events.push_back(
        {7, event_type::variable_driver_config, evidence::efi_variable("SecureBoot", Bytes{1})});
    BOOST_TEST(refused_by(appraised(made)) == (std::vector<std::string>{"log_separator", "boot_secure"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(digests_of_a_bank_that_was_not_quoted_vouch_for_nothing) {
    Made made;
    made.log.banks = {tpm_alg::sha1, tpm_alg::sha256};
    made.context.policy.tpm = full_policy();
    made.of_type(event_type::boot_services_application).digest_of = Bytes{1};
    made.of_type(event_type::boot_services_application).digests[tpm_alg::sha1] =
        evidence::sha1(as_bytes(evidence::BootOptions{}.loader));
    BOOST_TEST(refused_by(appraised(made)) == std::vector<std::string>{"boot_loader"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(empty_files_are_malformed) {
    Made made;
    made.edit_after = [](TpmEvidence& t) { t = TpmEvidence{}; };
    const Appraisal appraisal = appraised(made);
    BOOST_TEST((appraisal.verdict() == Verdict::malformed));
    BOOST_TEST(refused_by(appraisal) == (std::vector<std::string>{"cert_form", "quote_form", "log_form"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
