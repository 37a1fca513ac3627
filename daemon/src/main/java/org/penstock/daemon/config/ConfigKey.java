package org.penstock.daemon.config;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.penstock.compression.ChunkCodec;
import org.penstock.compression.CodecNameException;

/**
 * One key of the configuration, {@code memory.slab_bytes}, and the record component it becomes.
 *
 * @param path section and name
 * @param section the component of {@link DaemonConfig}
 * @param component the component of the section's record
 */
record ConfigKey(String path, RecordComponent section, RecordComponent component) {
    /** Of a port: none. */
    static final String OFF = "off";

    /** Returns every key there is, in the order of the records. */
    static List<ConfigKey> all() {
        List<ConfigKey> keys = new ArrayList<>();
        for (RecordComponent section : DaemonConfig.class.getRecordComponents()) {
            for (RecordComponent component : section.getType().getRecordComponents()) {
                keys.add(new ConfigKey(snake(section) + "." + snake(component), section, component));
            }
        }
        return keys;
    }

    /** Returns the names of the sections. */
    static List<String> sections() {
        return all().stream().map(key -> snake(key.section)).distinct().toList();
    }

    static String describe(DaemonConfig config) {
        return all().stream().map(key -> key.path + "=" + key.text(config)).collect(Collectors.joining(", "));
    }

    /** Returns the value in effect, as it would be written. */
    String text(DaemonConfig config) {
        return format(value(config));
    }

    /** Returns the value in effect. */
    @Nullable Object value(DaemonConfig config) {
        return get(component, get(section, config));
    }

    /** Returns whether a running daemon may take another value. */
    boolean isReloadable() {
        return component.isAnnotationPresent(Reloadable.class);
    }

    /** Returns whether a text leaves the value to the machine. */
    boolean isAutomatic(@Nullable String text) {
        return component.isAnnotationPresent(Automatic.class) && ("auto".equals(text) || "0".equals(text));
    }

    /**
     * Turns the text of a value into what the component holds.
     *
     * @throws IllegalArgumentException when it can not; the message says what is expected
     */
    @Nullable Object parse(@Nullable String text) {
        if (text == null) {
            if (component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                return null;
            }
            throw new IllegalArgumentException("a value");
        }
        boolean automatic = component.isAnnotationPresent(Automatic.class);
        try {
            return parseAs(component.getType(), automatic && text.equals("auto") ? "0" : text);
        } catch (IllegalArgumentException e) {
            throw automatic ? new IllegalArgumentException("auto, or " + e.getMessage(), e) : e;
        }
    }

    private static @Nullable Object parseAs(Class<?> type, String text) {
        if (type == long.class) {
            return ByteSize.parse(text);
        }
        if (type == int.class) {
            return parseCount(text);
        }
        if (type == Integer.class) {
            return text.equals(OFF) ? null : parsePort(text);
        }
        if (type == Duration.class) {
            return TimeSpan.parse(text);
        }
        if (type == Path.class) {
            return parsePath(text);
        }
        if (type == PathTemplate.class) {
            return new PathTemplate(text);
        }
        if (type == FileMode.class) {
            return FileMode.parse(text);
        }
        if (type == GroupPrincipal.class) {
            return parseGroup(text);
        }
        if (type == ChunkCodec.class) {
            return parseCodec(text);
        }
        return type.isEnum() ? parseName(type, text) : type.cast(text);
    }

    private static ChunkCodec parseCodec(String text) {
        try {
            return ChunkCodec.of(text);
        } catch (CodecNameException e) {
            throw new IllegalArgumentException(e.expected(), e);
        }
    }

    private static Integer parseCount(String text) {
        try {
            return Integer.valueOf(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a whole number", e);
        }
    }

    private static Integer parsePort(String text) {
        try {
            return Integer.valueOf(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(OFF + ", or a whole number", e);
        }
    }

    private static Path parsePath(String text) {
        // also catches the InvalidPathException of a NUL
        if (text.isBlank() || text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a path");
        }
        return Path.of(text);
    }

    private static GroupPrincipal parseGroup(String text) {
        try {
            return FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByGroupName(text);
        } catch (IOException e) {
            throw new IllegalArgumentException("a group of this machine", e);
        }
    }

    private static Object parseName(Class<?> type, String text) {
        List<String> names = new ArrayList<>();
        for (Object constant : type.getEnumConstants()) {
            String name = constant.toString().toLowerCase(Locale.ROOT);
            if (name.equals(text)) {
                return constant;
            }
            names.add(name);
        }
        throw new IllegalArgumentException("one of " + String.join(", ", names));
    }

    private String format(@Nullable Object value) {
        return switch (value) {
            case Long bytes -> ByteSize.format(bytes);
            case Duration duration -> TimeSpan.format(duration);
            case ChunkCodec codec -> codec.name();
            case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT);
            case null -> component.getType() == Integer.class ? OFF : "null";
            default -> value.toString();
        };
    }

    private static @Nullable Object get(RecordComponent component, @Nullable Object owner) {
        try {
            return component.getAccessor().invoke(owner);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("public accessors of records do not fail", e);
        }
    }

    private static String snake(RecordComponent component) {
        return component.getName().replaceAll("[A-Z]", "_$0").toLowerCase(Locale.ROOT);
    }
}
