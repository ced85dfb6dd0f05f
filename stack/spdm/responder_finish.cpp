// The responder's FINISH and PSK_FINISH: what establishes a session.
#include <algorithm>

#include "stack/spdm/responder.h"
#include "stack/spdm/signing.h"
#include "stack/wire/encode.h"
#include "stack/wire/messages/psk.h"

namespace assay::spdm {

using namespace wire;

// In the clear FINISH belongs to the latest handshake, else to the session that it came in.
Checked<ResponderSession*> Responder::session_to_finish() {
    bool clear = parameters_.clear_handshake();
    if (current_) {
        TRY(checker_.demand(Check::finish_clear, !clear));
        return current();
    }
    TRY(checker_.demand(Check::finish_place, clear));
    auto found = handshake_ ? sessions_.find(*handshake_) : sessions_.end();
    bool there = found != sessions_.end() && found->second.channel.phase() == Phase::handshake;
    TRY(checker_.demand(Check::finish_session, there));
    return there ? &found->second : nullptr;
}

Checked<> Responder::check_finish(ResponderSession& session, const Finish& request, ByteView bytes) {
    Session& channel = session.channel;
    bool is_signed = (request.param1 & kSignatureIncluded) != 0;
    bool mutual = session.mut_auth_requested != 0;
    if (checker_.has(Defect::mutual_accepted_early) && !session.requester) mutual = is_signed;
    TRY(checker_.demand(Check::finish_signature_flag, is_signed == mutual));
    if (is_signed && session.requester) {
        TRY(checker_.demand(Check::finish_slot, request.slot_id == session.requester->slot));
    }
    size_t verify_size = request.requester_verify_data.size();
    size_t unsigned_size = bytes.size() - std::min(bytes.size(), verify_size + request.signature.size());
    if (is_signed && session.requester) channel.add_th_digest(session.requester->bytes);
    const ByteView part = finish_part(device_.finish_transcript, bytes.first(unsigned_size));
    if (is_signed) {
        auto suite = parameters_.requester_suite();
        bool good = suite && session.requester &&
                    verify_transcript(provider_, *suite, session.requester->key, kFinishContext,
                                      channel.th_with({part}), request.signature)
                        .has_value();
        TRY(checker_.demand(Check::finish_signature, good));
    }
    const crypto::Digest due =
        channel.verify_data(Direction::request, channel.th_with({part, ByteView(request.signature)}));
    TRY(checker_.demand(Check::finish_hmac, equal_secret(due.view(), request.requester_verify_data)));
    channel.add_th(bytes.first(unsigned_size));
    channel.add_th(request.signature);
    channel.add_th(request.requester_verify_data);
    return {};
}

Checked<Bytes> Responder::finish(ByteView request) {
    ResponderSession* session = TRY(session_to_finish());
    if (session == nullptr) return error(ErrorCode::unspecified);
    Session& channel = session->channel;
    TRY(checker_.demand(Check::finish_kind, channel.kind() == SessionKind::key_exchange));
    plant_finish(request, Defect::finish_opaque_overread);
    size_t used = 0;
    auto message = TRY(decoded<Finish>(Check::finish_malformed, request, &used));
    after_session_ = channel.id();
    Checked<> good = check_finish(*session, message, request.first(std::min(used, request.size())));
    if (!good) {
        bool ends = good.error().error == ErrorCode::decrypt_error;
        if (ends && !checker_.has(Defect::failed_handshake_keeps_slot)) after_ = After::end;
        return std::unexpected(good.error());
    }
    FinishResponse response;
    Context context = parameters_.context();
    size_t verify_size = context.verify_data_in_finish ? context.hash_size : 0;
    response.responder_verify_data.resize(verify_size);
    Bytes bytes = encoded(response, context);
    const ByteView head = ByteView(bytes).first(bytes.size() - verify_size);
    const ByteView part = finish_part(device_.finish_transcript, head);
    const bool kept = !checker_.has(Defect::finish_not_in_th2);
    crypto::Digest verify =
        channel.verify_data(Direction::response, kept ? channel.th_with({part}) : channel.th());
    if (kept) channel.add_th(head);
    if (verify_size != 0) {
        std::ranges::copy(verify.view(), bytes.end() - static_cast<ptrdiff_t>(verify_size));
        channel.add_th(verify.view());
    }
    after_ = After::establish;
    return bytes;
}

Checked<Bytes> Responder::psk_finish(ByteView request) {
    ResponderSession* session = current();
    if (session == nullptr) return error(ErrorCode::unspecified);
    Session& channel = session->channel;
    TRY(checker_.demand(Check::psk_finish_kind, channel.kind() == SessionKind::psk));
    plant_finish(request, Defect::psk_finish_opaque_overread);
    size_t used = 0;
    auto message = TRY(decoded<PskFinish>(Check::psk_finish_malformed, request, &used));
    TRY(checker_.demand(Check::psk_finish_malformed, used == request.size()));
    after_session_ = channel.id();
    ByteView exact = request.first(std::min(used, request.size()));
    channel.add_th(exact.first(exact.size() - std::min(exact.size(), message.requester_verify_data.size())));
    bool authentic = channel.verifies(Direction::request, message.requester_verify_data);
    Checked<> good = checker_.demand(Check::psk_finish_hmac, authentic);
    if (!good) {
        if (!checker_.has(Defect::failed_handshake_keeps_slot)) after_ = After::end;
        return std::unexpected(good.error());
    }
    channel.add_th(message.requester_verify_data);
    Bytes bytes = encoded(PskFinishResponse{}, parameters_.context());
    channel.add_th(bytes);
    after_ = After::establish;
    return bytes;
}

}  // namespace assay::spdm
