// KEY_EXCHANGE, FINISH and the pre-shared key: each check of theirs waived in turn, each defect planted in
// turn, and some case of the groups must notice.
#include <boost/test/unit_test.hpp>

#include "conformance/cases/responder/kill_support.h"

namespace assay::cases {

namespace {

constexpr std::string_view kGroups[] = {"kex/", "fin/", "psk/", "chl/mutual"};

// The reference as it is, and as it asks for mutual authentication in another form or has another kind of
// pre-shared key.
std::vector<Spoiled>& kinds() {
    namespace cap = wire::cap;
    namespace mut_auth = wire::mut_auth;
    static std::vector<Spoiled> made = [] {
        std::vector<Spoiled> list;
        list.emplace_back(Variant{.name = "usual"});
        list.emplace_back(
            Variant{.name = "requester known",
                    .options = {.mut_auth_requested = mut_auth::plain, .requester_known = true}});
        list.emplace_back(Variant{.name = "implicit GET_DIGESTS",
                                  .options = {.mut_auth_requested = mut_auth::implicit_get_digests}});
        list.emplace_back(
            Variant{.name = "PSK without context",
                    .options = {.flags = (lab::kReferenceFlags & ~cap::psk) | cap::psk_no_context}});
        return list;
    }();
    return made;
}

#ifdef ASSAY_HARNESS

bool ours(const spdm::CheckInfo& check) {
    constexpr std::string_view kPrefixes[] = {"exchange_", "finish_", "psk_", "session_limit", "mutual_"};
    return check.responder &&
           std::ranges::any_of(kPrefixes, [&](auto prefix) { return check.name.starts_with(prefix); });
}

constexpr spdm::Defect kDefects[] = {
    spdm::Defect::labels_of_1_1,
    spdm::Defect::psk_salt_zero,
    spdm::Defect::verify_data_over_other_hash,
    spdm::Defect::chain_digest_without_header,
    spdm::Defect::finish_not_in_th2,
    spdm::Defect::key_exchange_keeps_m1,
    spdm::Defect::failed_handshake_keeps_slot,
    spdm::Defect::session_id_repeated,
    spdm::Defect::key_share_repeated,
    spdm::Defect::highest_version_ignored,
    spdm::Defect::response_in_request_keys,
    spdm::Defect::mutual_accepted_early,
    spdm::Defect::mutual_vca_missing,
};

#endif

}  // namespace

BOOST_AUTO_TEST_SUITE(handshake_kills)

BOOST_AUTO_TEST_CASE(no_case_finds_fault_with_a_sound_reference) {
    for (Spoiled& kind : kinds()) {
        BOOST_TEST_CONTEXT(kind.name()) {
            kind.run({}, cases_of(kGroups), [&](const Outcome& outcome) {
                BOOST_TEST(!outcome.noticed(), outcome.text());
                BOOST_TEST(!outcome.broken(), outcome.text());
                return true;
            });
        }
    }
}

#ifdef ASSAY_HARNESS

BOOST_AUTO_TEST_CASE(every_check_of_a_handshake_that_is_waived_is_noticed) {
    for (size_t i = 0; i < spdm::kCheckCount; ++i) {
        const spdm::CheckInfo& info = spdm::info(static_cast<spdm::Check>(i));
        if (!ours(info)) continue;
        spdm::Waivers waivers;
        waivers.waive(static_cast<spdm::Check>(i));
        std::string by = noticed_by(waivers, kinds(), cases_of(kGroups, info.requirement));
        BOOST_TEST(!by.empty(), info.name);
        BOOST_TEST_MESSAGE(info.name << ": " << by);
    }
}

BOOST_AUTO_TEST_CASE(every_defect_of_a_handshake_that_is_planted_is_noticed) {
    for (spdm::Defect defect : kDefects) {
        spdm::Waivers waivers;
        waivers.plant(defect);
        std::string by = noticed_by(waivers, kinds(), cases_of(kGroups));
        BOOST_TEST(!by.empty(), spdm::info(defect).name);
        BOOST_TEST_MESSAGE(spdm::info(defect).name << ": " << by);
    }
}

#endif

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases
