package org.penstock.daemon.service;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGHUP, by which a service is told to read its configuration again. Without this the JVM would end by it.
 *
 * <p>Java has nothing for signals but {@code sun.misc.Signal} of the module {@code jdk.unsupported}. It is reached by name: the compiler's warning for it cannot
 * be suppressed, and a Java without it runs the daemon all the same.
 *
 * <p><b>Threading:</b> any thread; the task runs on a thread that the JVM makes for the signal.
 */
public final class HangUp {
    private static final Logger LOG = LoggerFactory.getLogger(HangUp.class);

    private HangUp() {}

    /** Runs a task on each SIGHUP from now on. */
    // a method handle throws what it calls may throw, which its signature does not say
    @SuppressWarnings("IllegalCatch")
    public static void runs(Runnable task) {
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Runnable guarded = () -> guarded(task);
            MethodHandle run = lookup.findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                    .bindTo(guarded);
            MethodHandle onSignal = MethodHandles.dropArguments(run, 0, signal);
            Object hangUp = lookup.findConstructor(signal, MethodType.methodType(void.class, String.class))
                    .invoke("HUP");
            lookup.findStatic(signal, "handle", MethodType.methodType(handler, signal, handler))
                    .invoke(hangUp, MethodHandleProxies.asInterfaceInstance(handler, onSignal));
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            LOG.warn("SIGHUP ends the daemon, it does not reload: {}", String.valueOf(e));
        }
    }

    /** The thread is the JVM's: nothing is thrown into it. */
    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("SIGHUP: {}", e.getMessage(), e);
        }
    }
}
