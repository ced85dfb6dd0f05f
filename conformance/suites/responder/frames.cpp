#include "conformance/suites/responder/frames.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/suites/responder/sessions.h"
#include "stack/wire/header.h"

namespace assay::cases {

using engine::Finding;
using engine::Verdict;

namespace {

constexpr uint8_t kOurEndpoint = 0x08;
constexpr auto kNormal = static_cast<uint32_t>(transport::EmuCommand::normal);
std::string shown(const lab::Frames& came) {
    if (came.frames.empty()) return came.closed ? "nothing, and the connection ended" : "nothing";
    ByteView first = came.frames.front();
    return fmt::format("{} frame(s), the first of {} bytes: {}", came.frames.size(), first.size(),
                       to_hex(first));
}

bool is_version(const transport::Message& message) {
    return message.payload == Payload::spdm && message.bytes.size() > 1 &&
           wire::code_of(message.bytes) == wire::response_to(code::get_version);
}

bool is_error(const transport::Message& message, ErrorCode wanted) {
    return message.payload == Payload::spdm && message.bytes.size() > 2 &&
           wire::code_of(message.bytes) == code::error &&
           wire::param1(message.bytes) == static_cast<uint8_t>(wanted);
}

// Who is busy is asked again.
constexpr int kPatience = 16;
constexpr std::chrono::milliseconds kBusyWait{10};

}  // namespace

Bytes get_version() { return header(v1_0, code::get_version); }

CheckResult FrameSender::applies(Binding binding) const {
    lab::Dut& dut = test_->lab().dut();
    if (dut.binding() != binding)
        return CaseContext::not_applicable(
            fmt::format("the target's frames are not those of {}", name(binding)));
    if (!dut.carries_frames(layer_)) return CaseContext::not_applicable("the adapter hides the framing");
    return {};
}

std::vector<Bytes> FrameSender::frames(ByteView message, Payload payload) const {
    Binding binding = test_->lab().dut().binding();
    Bytes unit = transport::wrap(binding, message, payload);
    switch (layer_) {
        case FrameLayer::packet: return transport::mctp_packets({.source = kOurEndpoint}, unit);
        case FrameLayer::emu_stream: return {transport::emu_unit(binding, kNormal, unit)};
        case FrameLayer::unit:
        case FrameLayer::tcp_stream: break;
    }
    return {unit};
}

std::expected<lab::Frames, Finding> FrameSender::send(std::span<const Bytes> frames, size_t due) const {
    lab::Dut& dut = test_->lab().dut();
    for (int i = 0;; ++i) {
        auto came = dut.exchange_frames(layer_, frames, due);
        if (!came) return std::unexpected(Finding(came.error()));
        bool busy = std::ranges::any_of(messages(*came), [](const transport::Message& message) {
            return is_error(message, ErrorCode::busy);
        });
        if (!busy || i == kPatience) return std::move(*came);
        dut.wait(kBusyWait);
    }
}

std::vector<transport::Message> FrameSender::messages(const lab::Frames& came) const {
    Binding binding = test_->lab().dut().binding();
    transport::MctpAssembler assembler;
    transport::EmuDeframer stream(binding);
    std::vector<transport::Message> found;
    for (const Bytes& frame : came.frames) {
        Bytes unit = frame;
        if (layer_ == FrameLayer::packet) {
            auto packet = transport::parse_mctp_packet(frame);
            auto whole = packet ? assembler.take(*packet) : std::nullopt;
            if (!whole || !*whole) continue;
            unit = (*whole)->body;
        } else if (layer_ == FrameLayer::emu_stream) {
            stream.push(frame);
            auto next = stream.next();
            if (!next || !*next || (*next)->command != kNormal) continue;
            unit = (*next)->payload;
        }
        auto inner = transport::unwrap(binding, unit);
        if (!inner || (inner->payload != Payload::spdm && inner->payload != Payload::secured)) continue;
        found.push_back({inner->payload, to_bytes(inner->message)});
    }
    return found;
}

CheckResult FrameSender::expect(bool holds, const engine::Rules& rules, std::string expected,
                                std::string got) const {
    test_->judge(rules);
    if (holds) return {};
    return std::unexpected(
        Finding(Verdict::fail, std::string(rules.first()), std::move(expected), std::move(got)));
}

CheckResult FrameSender::alive(std::string_view requirement, std::string_view what) const {
    test_->judge(requirement);
    const std::vector<Bytes> probe = frames(get_version());
    lab::Frames came = TRY(send(probe, 1));
    auto found = messages(came);
    if (found.size() == 1 && is_version(found.front())) return {};
    return std::unexpected(Finding(found.empty() ? Verdict::dead : Verdict::fail, std::string(requirement),
                                   fmt::format("VERSION after {}", what), shown(came)));
}

CheckResult FrameSender::dropped(const Bytes& frame, std::string_view requirement,
                                 std::string_view what) const {
    return dropped(std::span(&frame, 1), requirement, what);
}

CheckResult FrameSender::dropped(std::span<const Bytes> frames, std::string_view requirement,
                                 std::string_view what) const {
    lab::Frames came = TRY(send(frames, 0));
    TRY(expect(messages(came).empty(), requirement, fmt::format("no SPDM message for {}", what),
               shown(came)));
    return alive(requirement, what);
}

CheckResult FrameSender::harmless(const Bytes& frame, std::string_view requirement,
                                  std::string_view what) const {
    lab::Frames came = TRY(send(std::span(&frame, 1), 0));  // none is due, and one may come
    TRY(expect(std::ranges::all_of(messages(came), is_version), requirement,
               fmt::format("VERSION or nothing for {}", what), shown(came)));
    return alive(requirement, what);
}

CheckResult FrameSender::answered(std::span<const Bytes> frames, std::string_view requirement,
                                  std::string_view what, size_t due) const {
    lab::Frames came = TRY(send(frames, due));
    auto found = messages(came);
    return expect(found.size() == due && std::ranges::all_of(found, is_version), requirement,
                  fmt::format("VERSION {} time(s) for {}", due, what), shown(came));
}

CheckResult types_agree(CaseContext& test, Binding binding, std::string_view requirement) {
    FrameSender sender(test, FrameLayer::unit);
    TRY(sender.applies(binding));
    uint32_t session = TRY(established(test));
    Bytes record = TRY(due_record(test, session));
    // An ERROR outside the session is a refusal too.
    lab::Frames came = TRY(sender.send(sender.frames(record, Payload::spdm), 0));
    const auto refusal = [](const transport::Message& message) {
        return message.payload == Payload::spdm && message.bytes.size() > 1 &&
               wire::code_of(message.bytes) == code::error;
    };
    TRY(sender.expect(std::ranges::all_of(sender.messages(came), refusal), requirement,
                      "no answer to a record under the type of plain messages", shown(came)));
    came = TRY(sender.send(sender.frames(get_version(), Payload::secured), 0));
    TRY(sender.expect(std::ranges::none_of(sender.messages(came), is_version), requirement,
                      "no VERSION for GET_VERSION under the type of records", shown(came)));
    TRY(test.lab().after_version());
    return {};
}

Body framed(Body run) {
    return [run = std::move(run)](CaseContext& test) -> CheckResult {
        TRY(run(test));
        TRY(test.lab().after_version());
        return {};
    };
}

}  // namespace assay::cases
