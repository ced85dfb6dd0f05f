// Devices with a fault in one place: the case that is there for it must find it, and name the requirement.
#include <boost/test/unit_test.hpp>

#include "conformance/suites/responder/device_test.h"
#include "stack/wire/codes.h"
#include "stack/wire/header.h"

namespace assay::cases {

namespace {

namespace code = wire::code;
using wire::Version;

constexpr Version v1_0 = Version::v1_0, v1_1 = Version::v1_1, v1_2 = Version::v1_2, v1_3 = Version::v1_3;

struct DeviceFault {
    const char* what;
    const char* requirement;
    const char* one;  // the case
    Version version;
    Change change;
    Tweak tweak = {};
};

bool is_error(const Answer& answer) {
    return answer && answer->size() > 3 && wire::code_of(*answer) == code::error;
}

// Sets one byte of the answers to a request.
Change set(wire::Code request_code, size_t at, uint8_t value) {
    return [=](ByteView request, Answer& answer) {
        if (wire::code_of(request) == request_code && answer && !is_error(answer) && answer->size() > at) {
            (*answer)[at] = value;
        }
    };
}

// The same for MEASUREMENTS with all blocks and without a signature.
Change set_in_record(size_t at, uint8_t value) {
    return [=](ByteView request, Answer& answer) {
        bool all = wire::code_of(request) == code::get_measurements && wire::param1(request) == 0 &&
                   wire::param2(request) != 0;
        if (all && answer && !is_error(answer)) (*answer)[at] = value;
    };
}

// Answers where an ERROR is due.
Change instead_of_error(wire::Code request_code, const Bytes& rest) {
    return [=](ByteView request, Answer& answer) {
        if (wire::code_of(request) != request_code || !is_error(answer)) return;
        answer = Bytes{wire::version_byte(*answer), byte(wire::response_to(request_code))};
        append(*answer, rest);
    };
}

Change set_error(uint8_t at, uint8_t value) {
    return [=](ByteView, Answer& answer) {
        if (is_error(answer)) (*answer)[at] = value;
    };
}

// Signs what a transport added to a request.
Change signs_padding(wire::Code request_code, size_t size) {
    return [=, padded = false](ByteView request, Answer& answer) mutable {
        padded |= wire::code_of(request) == request_code && request.size() > size;
        bool signs =
            wire::code_of(request) == code::challenge || wire::code_of(request) == code::get_measurements;
        if (padded && signs && answer && !is_error(answer)) answer->back() ^= 1;
    };
}

// Gives the first answer to a request again, changed, whenever that request is refused.
Change again(wire::Code request_code, size_t at) {
    return [=, first = Bytes()](ByteView request, Answer& answer) mutable {
        if (wire::code_of(request) != request_code || !answer) return;
        if (!is_error(answer)) {
            first = *answer;
        } else if (!first.empty()) {
            answer = first;
            (*answer)[at] ^= 1;
        }
    };
}

Change stays_refused() {
    return [refused = false](ByteView request, Answer& answer) mutable {
        if (refused) answer = Bytes{0x10, byte(code::error), 0x04, 0x00};
        refused |= wire::code_of(request) == code::get_capabilities && is_error(answer);
    };
}

// CHALLENGE only after GET_DIGESTS, GET_CERTIFICATE likewise.
Change wants_digests(wire::Code request_code) {
    return [=, seen = false](ByteView request, Answer& answer) mutable {
        if (wire::code_of(request) == code::get_version) seen = false;
        seen |= wire::code_of(request) == code::get_digests;
        if (wire::code_of(request) == request_code && !seen)
            answer = Bytes{wire::version_byte(request), byte(code::error), 0x04, 0x00};
    };
}

// Signs digests that a measurement request left behind.
Change keeps_digests() {
    return [measured = false](ByteView request, Answer& answer) mutable {
        if (wire::code_of(request) == code::get_version) measured = false;
        measured |= wire::code_of(request) == code::get_measurements;
        if (measured && wire::code_of(request) == code::challenge) answer->back() ^= 1;
    };
}

// Opaque data of no elements, where DataTransferSize leaves room. P-384 signs with 96 bytes.
Change empty_opaque_data() {
    return [](ByteView request, Answer& answer) {
        if (wire::code_of(request) != code::challenge || !answer || is_error(answer)) return;
        size_t at = answer->size() - 96 - 2;
        (*answer)[at] = 4;
        answer->insert(answer->begin() + static_cast<ptrdiff_t>(at + 2), 4, uint8_t{0});
    };
}

Change appends(wire::Code request_code, size_t size) {
    return [=](ByteView request, Answer& answer) {
        if (wire::code_of(request) == request_code && answer && !is_error(answer)) {
            answer->resize(answer->size() + size);
        }
    };
}

Change without_slot_0() {
    return [](ByteView request, Answer& answer) {
        if (wire::code_of(request) != code::get_digests || !answer || is_error(answer)) return;
        (*answer)[wire::kParam2At] = 2;
        answer->erase(answer->begin() + 4,
                      answer->begin() + 4 + static_cast<ptrdiff_t>((answer->size() - 4) / 2));
    };
}

Change other_device_after_an_error() {
    return [refused = false](ByteView request, Answer& answer) mutable {
        refused |= is_error(answer);
        if (refused && wire::code_of(request) == code::get_digests && !is_error(answer)) answer->back() ^= 1;
    };
}

Change swapped_length() {
    return [](ByteView request, Answer& answer) {
        if (wire::code_of(request) == code::negotiate_algorithms && !is_error(answer)) {
            std::swap((*answer)[4], (*answer)[5]);
        }
    };
}

Change never_ready() {
    return [later = Bytes()](ByteView request, Answer& answer) mutable {
        if (is_error(answer) && wire::param1(*answer) == 0x42) later = *answer;
        if (wire::code_of(request) == code::respond_if_ready && !later.empty()) answer = later;
    };
}

// ResponseNotReady with another byte, only to RESPOND_IF_READY or only to others.
Change not_ready(bool to_polls, size_t at, uint8_t value) {
    return [=](ByteView request, Answer& answer) {
        bool poll = wire::code_of(request) == code::respond_if_ready;
        if (poll == to_polls && is_error(answer) && wire::param1(*answer) == 0x42) (*answer)[at] = value;
    };
}

Change refuses(wire::Code request_code, size_t at, uint8_t value) {
    return [=](ByteView request, Answer& answer) {
        if (wire::code_of(request) == request_code && request[at] == value) {
            answer = Bytes{wire::version_byte(request), byte(code::error), 0x01, 0x00};
        }
    };
}

void puts_polls_off(lab::ReferenceOptions& options, spdm::Device&) {
    options.deferrals[code::respond_if_ready] = {.busy = 0, .not_ready = 1};
}

void measures_raw(lab::ReferenceOptions&, spdm::Device& device) {
    device.measurement_hash = wire::kMeasurementHashRaw;
}

void has_no_certificates(lab::ReferenceOptions& options, spdm::Device& device) {
    options.flags = device.flags = wire::cap::meas_no_sig;
}

// Slot 1 without its root, and with the root of slot 0 in its header.
void names_another_root(lab::ReferenceOptions&, spdm::Device& device) {
    for (auto& [algorithm, slots] : device.identities) {
        leave_root_out(*slots[1]);
        slots[1]->root_der = slots[0]->root_der;
    }
}

const DeviceFault kFaultyDevices[] = {
    {"bytes behind Length", "SPDM-ALG-124", "alg/length", v1_2, appends(code::negotiate_algorithms, 4)},
    {"structures at 1.0", "SPDM-ALG-105", "alg/length", v1_0, set(code::negotiate_algorithms, 2, 1)},
    {"an algorithm nobody offered", "SPDM-ALG-112", "alg/answers-types", v1_1,
     set(code::negotiate_algorithms, 38, 0x40)},
    {"two algorithms", "SPDM-ALG-012", "alg/answers-types", v1_1, set(code::negotiate_algorithms, 38, 0x03)},
    {"a second ALGORITHMS that differs", "SPDM-ALG-001", "alg/twice", v1_2,
     again(code::negotiate_algorithms, 16)},
    {"a second CAPABILITIES that differs", "SPDM-CAP-001", "cap/twice", v1_2,
     again(code::get_capabilities, 8)},
    {"digests without algorithms", "SPDM-ALG-031", "alg/refused-selects-nothing", v1_2,
     instead_of_error(code::get_digests, {0, 0})},
    {"padding of NEGOTIATE_ALGORITHMS signed", "SPDM-ALG-029", "alg/padding-is-not-signed", v1_2,
     signs_padding(code::negotiate_algorithms, 32)},
    {"padding of GET_CAPABILITIES signed", "SPDM-CAP-034", "cap/padding-is-not-signed", v1_1,
     signs_padding(code::get_capabilities, 12)},
    {"padding of GET_MEASUREMENTS signed", "SPDM-MEA-045", "mea/padding-is-not-signed", v1_0,
     signs_padding(code::get_measurements, 36)},
    {"ExtFlags before 1.4", "SPDM-CAP-032", "cap/form", v1_3, set(code::get_capabilities, 6, 1)},
    {"nothing after a refusal", "SPDM-CAP-037", "cap/refused-agrees-on-nothing", v1_2, stays_refused()},
    {"opaque data of no elements", "SPDM-CHL-018", "chl/form", v1_2, empty_opaque_data()},
    {"no CHALLENGE without digests", "SPDM-CHL-031", "chl/signs-what-was-exchanged", v1_2,
     wants_digests(code::challenge)},
    {"digests signed after measurements", "SPDM-CHL-032", "chl/measurements-break-off", v1_2,
     keeps_digests()},
    {"certificates before algorithms", "SPDM-CRT-030", "crt/too-early", v1_2,
     instead_of_error(code::get_certificate, {0, 0, 1, 0, 0, 0, 0})},
    {"no certificates without digests", "SPDM-CRT-032", "crt/portions", v1_2,
     wants_digests(code::get_certificate)},
    {"a chain header of 32 bits", "SPDM-CRT-033", "crt/sound-chain", v1_3, set(code::get_certificate, 10, 1)},
    {"a supported slot without a size", "SPDM-CRT-012", "crt/slot-size-empty", v1_3,
     set(code::get_digests, 2, 0x07)},
    {"another root's hash", "SPDM-CRT-017", "crt/root-left-out", v1_2, {}, names_another_root},
    {"no end of putting off", "SPDM-DEF-011", "def/again", v1_2, never_ready()},
    {"another request put off", "SPDM-DEF-005", "def/again", v1_2,
     not_ready(true, 5, byte(code::get_digests)), puts_polls_off},
    {"RDTM 1", "SPDM-DEF-104", "def/form", v1_2, not_ready(false, 7, 1)},
    {"RDTM 0", "SPDM-DEF-004", "def/form", v1_2, not_ready(false, 7, 0)},
    {"a token that outlives GET_VERSION", "SPDM-VER-011", "def/dropped-by-get-version", v1_2,
     [](ByteView request, Answer& answer) {
         if (wire::code_of(request) == code::respond_if_ready)
             answer = Bytes{wire::version_byte(request), 0x7e, 0, 0, 0, 0, 0, 0, 0};
     }},
    {"slot 0 empty", "SPDM-DIG-016", "dig/form", v1_2, without_slot_0()},
    {"a big-endian Length", "SPDM-HDR-015", "hdr/integers", v1_2, swapped_length()},
    {"other digests after a refusal", "SPDM-HDR-103", "hdr/refusals-are-harmless", v1_2,
     other_device_after_an_error()},
    {"ErrorData for nothing", "SPDM-HDR-113", "hdr/error-form", v1_2, set_error(3, 0x55)},
    {"a reserved ErrorCode", "SPDM-HDR-114", "hdr/error-form", v1_2, set_error(2, 0x02)},
    {"no ErrorData", "SPDM-HDR-104", "hdr/absent-capability", v1_2, set_error(3, 0x00), has_no_certificates},
    {"measurements before algorithms", "SPDM-MEA-039", "mea/too-early", v1_2,
     instead_of_error(code::get_measurements, {0, 0, 0, 0, 0, 0})},
    {"no manifest at 0xFD", "SPDM-MEA-041", "mea/reserved-indices", v1_2, set_in_record(8, 0xfd)},
    {"an index of nobody", "SPDM-MEA-042", "mea/reserved-indices", v1_2, set_in_record(8, 0xf1)},
    {"an index twice", "SPDM-MEA-007", "mea/all", v1_2, set_in_record(8, 0x02)},
    {"a signature nobody wanted", "SPDM-MEA-043", "mea/unsigned-form", v1_2,
     appends(code::get_measurements, 96)},
    {"TotalIndices of all blocks", "SPDM-MEA-044", "mea/unsigned-form", v1_2, set_in_record(2, 6)},
    {"ContentChanged without a signature", "SPDM-MEA-032", "mea/unsigned-form", v1_2, set_in_record(3, 0x10)},
    {"a value type of a later version", "SPDM-MEA-046", "mea/value-types", v1_2, set_in_record(12, 0x08)},
    {"a digest without a hash", "SPDM-MEA-040", "mea/raw-only", v1_2, set_in_record(12, 0x00), measures_raw},
    {"vendors before algorithms", "SPDM-VDM-023", "vdm/too-early", v1_2,
     instead_of_error(code::vendor_defined_request, {0, 0, 0, 0, 0, 0, 0})},
    {"a reserved bit refused", "SPDM-VDM-025", "vdm/later-form", v1_2,
     refuses(code::vendor_defined_request, 2, wire::kLargePayload)},
    {"VERSION with a parameter", "SPDM-VER-016", "ver/form", v1_2, set(code::get_version, 2, 1)},
    {"a listed version refused", "SPDM-VER-103", "ver/every-listed", v1_2,
     refuses(code::get_capabilities, 0, 0x11)},
};

}  // namespace

std::vector<engine::RunReport> on_faulty_devices(std::string_view case_id) {
    std::vector<engine::RunReport> reports;
    for (const DeviceFault& fault : kFaultyDevices) {
        if (fault.one == case_id)
            reports.push_back(run_device(fault.version, fault.one, fault.change, fault.tweak));
    }
    return reports;
}

BOOST_AUTO_TEST_SUITE(faulty_device_suite)

BOOST_AUTO_TEST_CASE(every_lie_is_found_by_its_case_and_named_by_its_requirement) {
    for (const DeviceFault& fault : kFaultyDevices) {
        BOOST_TEST_CONTEXT(fault.what) {
            engine::RunReport report = run_device(fault.version, fault.one, fault.change, fault.tweak);
            bool named = false;
            std::string all;
            for (const engine::CaseResult& result : report.results) {
                if (result.id != fault.one) continue;
                all += text(result);
                for (const engine::Finding& finding : result.findings) {
                    named |= finding.requirement == fault.requirement &&
                             (finding.verdict == engine::Verdict::fail ||
                              finding.verdict == engine::Verdict::warning);
                }
            }
            BOOST_TEST(named, fault.requirement << ": " << all);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases
