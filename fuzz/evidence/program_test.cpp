#include "fuzz/evidence/program.h"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "stack/evidence/shapes.h"

namespace assay::fuzz {

BOOST_AUTO_TEST_SUITE(verifier_program_suite)

namespace {

using enum VerifierKind;

uint8_t shape(std::string_view name) {
    uint8_t choice = 0;
    while (shape_name(choice) != name) ++choice;
    return choice;
}

Bytes input(std::string_view machine, const std::vector<VerifierStep>& steps) {
    return concat({Bytes{shape(machine)}, to_input(steps)});
}

std::map<std::string, Bytes> seeds() {
    std::map<std::string, Bytes> all;
    const auto folder = std::filesystem::path("corpora/seeds/verifier_program");
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        all[entry.path().filename()] = Bytes(std::istreambuf_iterator<char>(file), {});
    }
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_nobody_edited_is_genuine_and_trusted) {
    for (size_t i = 0; i < evidence::shapes().size(); ++i) {
        const Examination done = examine(Bytes{static_cast<uint8_t>(i)});
        BOOST_TEST(done.ruling.genuine(), shape_name(static_cast<uint8_t>(i)));
        BOOST_TEST((done.verdict == attest::Verdict::trusted), shape_name(static_cast<uint8_t>(i)));
    }
}

BOOST_AUTO_TEST_CASE(each_kind_of_step_comes_out_as_its_forms_say) {
    for (const char* machine : {"hopper-flagged", "switch", "blackwell-1.2", "composite"}) {
        for (size_t kind = 0; kind < kVerifierKinds; ++kind) {
            const auto way = static_cast<uint8_t>(kind % 5);
            const Bytes program = input(machine, {{static_cast<VerifierKind>(kind), 0, 9, way}});
            const Examination done = examine(program);
            BOOST_TEST(!done.violation, (done.violation ? done.violation->detail : ""));
        }
    }
}

// What is edited so stays genuine, and is not refused by mistake.
BOOST_AUTO_TEST_CASE(edits_that_change_nothing_of_meaning_stay_trusted) {
    const std::pair<const char*, std::vector<VerifierStep>> programs[] = {
        {"hopper", {{block_moved, 0, 3, 9}, {field_moved, 0, 1, 2}, {golden_moved, 0, 7, 30}}},
        {"hopper", {{responder_nonce, 0, 0, 5}, {report_slot, 0, 3, 0}, {cert_serial, 0, 2, 7}}},
        {"hopper", {{connection, 0, 0, 0}, {cert_encoding}, {golden_value, 0, 25, 1}}},
        {"hopper", {{firmware_identity, 0, 0, 3}, {firmware_identity, 0, 0, 6}, {cert_key, 0, 0, 0}}},
        {"hopper", {{manifest_spare, 0, 0, 0}, {manifest_moved, 0, 1, 0}, {golden_spare, 0, 3, 0}}},
        {"hopper", {{ocsp_moved, 0, 4}, {ocsp_delegate, 1, 0, 0}, {ocsp_nonce, 2, 0, 1}, {ocsp_hash, 3}}},
        {"hopper", {{measured_value, 0, 35, 19}, {root_more, 0, 0, 0}, {root_left_out, 0, 0, 0}}},
        {"composite", {{device_other, 0, 1, 0}, {quote_header, 0, 9, 2}, {time_moved, 0, 5, 0}}},
        {"protected-pcie", {{device_moved, 0, 9, 0}}},
        {"four", {{device_moved, 0, 2, 0}, {device_gone, 1, 0, 0}}},
    };
    for (const auto& [machine, steps] : programs) {
        const Examination done = examine(input(machine, steps));
        BOOST_TEST(done.ruling.genuine(),
                   describe(steps) << (done.ruling.broken.empty() ? "" : done.ruling.broken.front()));
        BOOST_TEST(!done.violation, (done.violation ? done.violation->detail : ""));
    }
}

BOOST_AUTO_TEST_CASE(a_critical_extension_of_dice_is_known_in_certificates_of_devices_only) {
    const std::vector<VerifierStep> critical = {{cert_extension, 0, 0, 1}};
    BOOST_TEST((examine(input("hopper", critical)).verdict == attest::Verdict::trusted));
    for (const char* machine : {"tpm", "snp"}) {
        const Examination done = examine(input(machine, critical));
        BOOST_TEST((done.refusals == std::vector{attest::Check::cert_critical}), machine);
        BOOST_TEST(!done.violation, machine);
    }
}

BOOST_AUTO_TEST_CASE(bits_that_only_their_reader_knows_are_not_ruled_on) {
    BOOST_TEST(rule(evidence_case_of(input("hopper", {{file_byte, 5, 9, 0}}))).unclear);
    const Ruling signed_bit = rule(evidence_case_of(input("hopper", {{file_byte, 0, 9, 0}})));
    BOOST_TEST(!signed_bit.unclear);
    BOOST_TEST(signed_bit.broken.size() == 1U);
    BOOST_TEST(rule(evidence_case_of(input("hopper", {{file_byte, 8, 9, 0}}))).genuine(),
               "there is no such file");
}

BOOST_AUTO_TEST_CASE(a_violation_shows_shape_steps_and_facts_by_name) {
#ifdef ASSAY_HARNESS
    attest::FaultConfig faults;
    faults.waive(attest::Check::report_nonce);
    const Examination done = examine(input("hopper", {{report_nonce, 0, 0, 0}}), faults);
    BOOST_REQUIRE(done.violation.has_value());
    BOOST_TEST(done.violation->invariant ==
               "accepted only if genuine: reports are for the nonce that was brought");
    for (const char* words : {"shape hopper", "report_nonce 0 0 0", "not so: reports are for the nonce"})
        BOOST_TEST(done.violation->detail.contains(words), words);
#endif
}

#ifdef ASSAY_HARNESS
// A check is noticed when some seed that it alone refuses is accepted without it.
BOOST_AUTO_TEST_CASE(most_checks_of_the_verifier_that_are_waived_are_noticed_at_the_seeds) {
    std::map<attest::Check, std::vector<Bytes>> alone;
    for (const auto& [name, seed] : seeds()) {
        const Examination done = examine(seed);
        if (done.refusals.size() == 1 && !done.ruling.unclear) alone[done.refusals.front()].push_back(seed);
    }
    size_t noticed = 0;
    std::string missed;
    for (size_t i = 0; i < attest::kCheckCount; ++i) {
        const auto check = static_cast<attest::Check>(i);
        attest::FaultConfig faults;
        faults.waive(check);
        const bool found = std::ranges::any_of(
            alone[check], [&](const Bytes& seed) { return examine(seed, faults).violation.has_value(); });
        noticed += found ? 1 : 0;
        if (!found) missed += fmt::format(" {}", attest::info(check).name);
    }
    BOOST_TEST_MESSAGE(noticed << " of " << attest::kCheckCount << " are noticed, and not" << missed);
    BOOST_TEST(noticed >= 90U);
    for (const char* central :
         {"report_nonce", "measurement_match", "fwid_match", "cert_order", "rim_signature", "ocsp_revoked",
          "log_replay", "snp_signature", "quote_nonce", "binding_snp"})
        BOOST_TEST(!missed.contains(fmt::format(" {}", central)), central);
}
#endif

BOOST_AUTO_TEST_CASE(a_program_of_edits_reads_back_as_it_was_written) {
    const std::vector<VerifierStep> steps = {{golden_value, 1, 2, 3}, {policy_snp, 4, 5, 6}};
    const auto again = parse_verifier_program(to_input(steps));
    BOOST_REQUIRE(again.size() == 2U);
    BOOST_TEST((again[0].kind == golden_value && again[0].a == 1 && again[0].b == 2 && again[0].c == 3));
    BOOST_TEST((again[1].kind == policy_snp && again[1].c == 6));
    BOOST_TEST(parse_verifier_program(Bytes(100, 0xff)).size() == kMaxVerifierSteps);
    BOOST_TEST(parse_verifier_program(Bytes(3, 0)).empty());
}

BOOST_AUTO_TEST_CASE(programs_of_edits_mutate_the_same_way_and_within_bounds) {
    const auto flip = [](uint8_t* data, size_t size, size_t) {
        if (size > 0) data[size / 2] ^= 0x40;
        return size;
    };
    const Bytes seed = input("hopper", {{golden_value, 1, 2, 3}, {ocsp_standing, 1, 0, 0}});
    for (unsigned number = 0; number < 200; ++number) {
        Bytes one = seed, two = seed;
        one.resize(seed.size() + 8);
        two.resize(seed.size() + 8);
        const size_t size = mutate_verifier_in_place(one.data(), seed.size(), one.size(), number, flip);
        BOOST_REQUIRE(size <= one.size());
        BOOST_TEST(mutate_verifier_in_place(two.data(), seed.size(), two.size(), number, flip) == size);
        BOOST_TEST((one == two));
        Bytes crossed(20);
        BOOST_TEST(cross_verifiers_into(seed, one, crossed, number) <= crossed.size());
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::fuzz
