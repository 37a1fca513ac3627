package org.penstock.daemon.control;

import io.helidon.http.Status;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.description.MetadataException;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.http.HttpProblem;
import org.penstock.daemon.scan.ScanStateException;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.ProtocolException;

/** What the rest of the daemon refuses, as HTTP says it. */
final class Problems {
    private static final Status INSUFFICIENT_STORAGE_507 = Status.create(507, "Insufficient Storage");

    /** The daemon's messages name a key as the wire has it: {@code key=scan.sample}. */
    private static final Pattern KEY = Pattern.compile("key=(?:scan\\.)?([a-z_.]+)");

    private Problems() {}

    static RuntimeException of(@Nullable Throwable failure) {
        return switch (failure) {
            case HttpProblem problem -> problem;
            case ProtocolException refused -> of(refused);
            case MetadataException refused -> of(refused, "");
            case StorageException storage -> of(storage);
            case ScanStateException conflict ->
                new HttpProblem(Status.CONFLICT_409, "wrong_state", String.valueOf(conflict.getMessage()));
            case RuntimeException other -> other;
            case null, default -> new IllegalStateException("task failed", failure);
        };
    }

    /** Returns every problem of a description, its fields below {@code prefix}. */
    static HttpProblem of(MetadataException refused, String prefix) {
        List<HttpProblem.Field> fields = refused.problems().stream()
                .map(problem -> new HttpProblem.Field(
                        prefix + problem.pointer(), "expected=" + problem.expected() + ", actual=" + problem.actual()))
                .toList();
        return new HttpProblem(
                HttpProblem.UNPROCESSABLE_CONTENT_422,
                "bad_metadata",
                "metadata refused: problems=" + fields.size(),
                fields);
    }

    private static HttpProblem of(StorageException storage) {
        boolean isFull = storage.reason() == StorageException.Reason.NO_SPACE;
        return because(
                storage,
                new HttpProblem(
                        isFull ? INSUFFICIENT_STORAGE_507 : Status.INTERNAL_SERVER_ERROR_500,
                        isFull ? "disk_full" : "storage",
                        String.valueOf(storage.getMessage())));
    }

    /** The log is to say why. */
    private static HttpProblem because(Throwable cause, HttpProblem problem) {
        problem.initCause(cause);
        return problem;
    }

    private static HttpProblem of(ProtocolException refused) {
        String detail = String.valueOf(refused.getMessage());
        String code = refused.code().name().toLowerCase(Locale.ROOT);
        Matcher key = KEY.matcher(detail);
        List<HttpProblem.Field> fields =
                key.find() ? List.of(new HttpProblem.Field("/" + key.group(1).replace('.', '/'), detail)) : List.of();
        return because(refused, new HttpProblem(status(refused.code()), code, detail, fields));
    }

    private static Status status(ErrorCode code) {
        return switch (code) {
            case EXISTS, DUPLICATE_DETECTOR -> Status.CONFLICT_409;
            case UNKNOWN_SCAN, UNKNOWN_STREAM -> Status.NOT_FOUND_404;
            case DISK_FULL -> INSUFFICIENT_STORAGE_507;
            case BUSY, SHUTDOWN -> Status.SERVICE_UNAVAILABLE_503;
            case STORAGE, INTERNAL -> Status.INTERNAL_SERVER_ERROR_500;
            default -> HttpProblem.UNPROCESSABLE_CONTENT_422;
        };
    }
}
