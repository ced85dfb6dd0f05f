#include "conformance/lab/link_dut.h"

#include <thread>

#include "stack/transport/timing.h"
#include "stack/wire/codes.h"

namespace assay::lab {

namespace code = wire::code;

const record::Transport& records_over(transport::Binding binding) {
    switch (binding) {
        case transport::Binding::mctp: return record::mctp();
        case transport::Binding::doe: return record::doe();
        case transport::Binding::tcp: return record::tcp();
        case transport::Binding::none: break;
    }
    return record::none();
}

Result<std::unique_ptr<LinkDut>> LinkDut::open(const transport::Target& target, LinkOptions options) {
    std::unique_ptr<LinkDut> dut(new LinkDut(target, options));
    TRY(dut->reset());
    return dut;
}

Result<> LinkDut::reset() {
    if (link_) {
        link_->drain();
        return {};
    }
    link_ = TRY(transport::connect(target_, options_.patience));
    return {};
}

transport::Binding LinkDut::binding() const {
    return target_.scheme == transport::Scheme::tcp ? transport::Binding::tcp : target_.binding;
}

std::chrono::milliseconds LinkDut::answer_time(bool cryptographic) const {
    auto time = transport::answer_time(cryptographic, ct_exponent_, options_.round_trip);
    return std::chrono::ceil<std::chrono::milliseconds>(time);
}

template <class T>
Result<std::optional<T>> LinkDut::settled(Result<T> answer) {
    if (answer) return std::move(*answer);
    bool silent = answer.error().code == Errc::timeout && answer.error().detail.starts_with("no answer");
    if (silent) return std::nullopt;
    link_.reset();
    // DMTF's emulator closes the connection over what it drops, listens again, and has kept its state.
    bool hung_up = target_.scheme == transport::Scheme::emu && answer.error().code == Errc::closed &&
                   answer.error().detail.starts_with("waiting");
    if (hung_up && reset()) return std::nullopt;
    return std::unexpected(answer.error());
}

Result<std::optional<Bytes>> LinkDut::exchange(ByteView request) {
    TRY(reset());
    uint8_t asked = request.size() < 4 ? code::get_version : request[1];
    bool vca =
        asked == code::get_version || asked == code::get_capabilities || asked == code::negotiate_algorithms;
    Result<> sent = link_->send(request);
    auto answer = settled<Bytes>(sent ? link_->receive(answer_time(!vca)) : std::unexpected(sent.error()));
    if (answer && *answer && (**answer).size() > 5 && (**answer)[1] == code::capabilities) {
        ct_exponent_ = (**answer)[5];
    }
    return answer;
}

// Whatever it holds, opening a record takes cryptography.
Result<std::optional<Answer>> LinkDut::exchange_secured(ByteView record) {
    TRY(reset());
    Result<> sent = link_->send(record, transport::Payload::secured);
    if (!sent && sent.error().code == Errc::unsupported) return std::unexpected(sent.error());
    auto answer = TRY(settled<transport::Message>(sent ? link_->receive_any(answer_time(true))
                                                       : std::unexpected(sent.error())));
    if (!answer) return std::nullopt;
    return Answer{std::move(answer->bytes), answer->payload == transport::Payload::secured};
}

bool LinkDut::carries_frames(FrameLayer layer) const {
    if (binding() == transport::Binding::none) return layer == FrameLayer::emu_stream;
    bool emu = target_.scheme == transport::Scheme::emu;
    return layer == FrameLayer::unit || layer == (emu ? FrameLayer::emu_stream : FrameLayer::tcp_stream);
}

Bytes LinkDut::framed(FrameLayer layer, const transport::Unit& unit) const {
    if (layer != FrameLayer::emu_stream) return unit.payload;
    return transport::emu_unit(target_.binding, unit.command, unit.payload);
}

Result<Frames> LinkDut::exchange_frames(FrameLayer layer, std::span<const Bytes> frames, size_t due) {
    if (!carries_frames(layer)) return Dut::exchange_frames(layer, frames, due);
    // A piece of a stream is read behind whatever came before it.
    if (layer != FrameLayer::unit) link_.reset();
    TRY(reset());
    bool wrapped = layer == FrameLayer::unit && target_.scheme == transport::Scheme::emu;
    constexpr auto kNormal = static_cast<uint32_t>(transport::EmuCommand::normal);
    Frames came;
    for (const Bytes& frame : frames) {
        // A target that hangs up over an earlier frame does not read this one.
        if (!link_->send_raw(wrapped ? transport::emu_unit(target_.binding, kNormal, frame) : frame)) break;
    }
    while (due == 0 || came.frames.size() < due) {
        auto unit = link_->receive_unit(came.frames.size() < due ? answer_time(true) : options_.round_trip);
        if (unit) {
            came.frames.push_back(framed(layer, *unit));
            continue;
        }
        came.closed = unit.error().code != Errc::timeout;
        // Whatever comes later is not to be taken for an answer to something else.
        link_.reset();
        TRY(reset());
        break;
    }
    return came;
}

bool LinkDut::carries_secured() const { return transport::carries_secured(binding()); }

const record::Transport& LinkDut::transport() const { return records_over(binding()); }

bool LinkDut::ask_for_key_update(uint32_t session) {
    if (!reset()) return false;
    auto asked = link_->ask_for_key_update(session, answer_time(true));
    return asked && *asked;
}

size_t LinkDut::alignment() const { return binding() == transport::Binding::doe ? 4 : 1; }

void LinkDut::wait(std::chrono::microseconds time) { std::this_thread::sleep_for(time); }

}  // namespace assay::lab
