// KEY_EXCHANGE, FINISH and the pre-shared key: each check of theirs waived in turn, each defect planted in
// turn, and some case of the groups must notice.
#include <boost/test/unit_test.hpp>

#include "conformance/cases/responder/kill_support.h"

namespace assay::cases {

namespace {

namespace cap = wire::cap;
namespace mut_auth = wire::mut_auth;
using Groups = std::vector<std::string_view>;

// A reference, and the cases to which it is another kind of device.
struct Kind {
    Spoiled device;
    Groups groups;
};

const Groups kAll{"kex/", "fin/", "psk/", "chl/mutual"};

void defers_handshakes(spdm::Device& device) {
    namespace code = wire::code;
    for (uint8_t one : {code::key_exchange, code::finish, code::psk_exchange, code::psk_finish,
                        code::get_encapsulated_request, code::deliver_encapsulated_response}) {
        device.deferrals[one] = {.busy = 1, .not_ready = 1};
    }
}

std::vector<Kind>& kinds() {
    static std::vector<Kind> made = [] {
        std::vector<Kind> list;
        auto add = [&](Variant variant, Groups groups) {
            list.push_back({Spoiled(std::move(variant)), std::move(groups)});
        };
        const Groups mutual{"fin/mutual", "chl/mutual"};
        uint32_t without_context = (lab::kReferenceFlags & ~cap::psk) | cap::psk_no_context;
        add({.name = "usual"}, kAll);
        add({.name = "requester known",
             .options = {.mut_auth_requested = mut_auth::plain, .requester_known = true}},
            mutual);
        add({.name = "implicit GET_DIGESTS",
             .options = {.mut_auth_requested = mut_auth::implicit_get_digests}},
            mutual);
        add({.name = "PSK without context", .options = {.flags = without_context}}, {"psk/"});
        add({.name = "silent", .options = {.bad_record = spdm::BadRecord::drop}}, {"fin/", "psk/"});
        add({.name = "one session", .edit = [](spdm::Device& device) { device.max_sessions = 1; }},
            {"kex/session", "kex/fresh", "fin/failed", "fin/replay", "psk/session", "psk/fresh"});
        add({.name = "not ready", .edit = defers_handshakes}, {"kex/signature", "fin/mutual", "psk/keys"});
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

// A defect, and the case that is there for it.
struct Planted {
    spdm::Defect defect;
    std::string_view by;
};
using spdm::Defect;
constexpr Planted kDefects[] = {
    {Defect::labels_of_1_1, "kex/signature"},
    {Defect::psk_salt_zero, "psk/keys"},
    {Defect::verify_data_over_other_hash, "kex/signature"},
    {Defect::chain_digest_without_header, "kex/signature"},
    {Defect::finish_not_in_th2, "fin/keys"},
    {Defect::key_exchange_keeps_m1, "kex/restarts-transcript"},
    {Defect::failed_handshake_keeps_slot, "fin/failed-frees"},
    {Defect::failed_handshake_keeps_slot, "psk/failed-frees"},
    {Defect::session_id_repeated, "kex/session-ids"},
    {Defect::key_share_repeated, "kex/fresh"},
    {Defect::highest_version_ignored, "kex/highest-version"},
    {Defect::highest_version_ignored, "psk/highest-version"},
    {Defect::response_in_request_keys, "fin/keys"},
    {Defect::mutual_accepted_early, "fin/mutual-stranger"},
    {Defect::mutual_vca_missing, "chl/mutual"},
};

#endif

}  // namespace

BOOST_AUTO_TEST_SUITE(handshake_kills)

BOOST_AUTO_TEST_CASE(no_case_finds_fault_with_a_sound_reference) {
    for (Kind& kind : kinds()) {
        BOOST_TEST_CONTEXT(kind.device.name()) {
            kind.device.run({}, cases_of(kind.groups), [&](const Outcome& outcome) {
                BOOST_TEST(!outcome.noticed(), outcome.text());
                BOOST_TEST(!outcome.broken(), outcome.text());
                return true;
            });
        }
    }
}

#ifdef ASSAY_HARNESS

BOOST_AUTO_TEST_CASE(every_check_of_a_handshake_that_is_waived_is_noticed) {
    std::span<Spoiled> usual(&kinds().front().device, 1);
    for (size_t i = 0; i < spdm::kCheckCount; ++i) {
        const spdm::CheckInfo& info = spdm::info(static_cast<spdm::Check>(i));
        if (!ours(info)) continue;
        spdm::Waivers waivers;
        waivers.waive(static_cast<spdm::Check>(i));
        std::string by = noticed_by(waivers, usual, cases_of(kAll, info.requirement));
        BOOST_TEST(!by.empty(), info.name);
        BOOST_TEST_MESSAGE(info.name << ": " << by);
    }
}

BOOST_AUTO_TEST_CASE(every_defect_of_a_handshake_that_is_planted_is_noticed) {
    std::span<Spoiled> usual(&kinds().front().device, 1);
    for (const Planted& planted : kDefects) {
        spdm::Waivers waivers;
        waivers.plant(planted.defect);
        std::string by = noticed_by(waivers, usual, cases_of(Groups{planted.by}));
        BOOST_TEST(!by.empty(), spdm::info(planted.defect).name << " by " << planted.by);
        BOOST_TEST_MESSAGE(spdm::info(planted.defect).name << ": " << by);
    }
}

#endif

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases
