package meltemi.peer;

import com.alibaba.fastjson2.JSON;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.service.EchoService;

/** The calls, each of which says whether what came back is what had to come back. */
final class Scenarios {
    private static final String EMOJI = "Μελτέμι \uD83C\uDF0A wind";

    private interface Scenario {
        /** What was seen, or an exception that says what was wrong. */
        Object run() throws Exception;
    }

    private final Everything remote;
    private final Map<String, Scenario> all = new LinkedHashMap<>();

    Scenarios(Everything remote) {
        this.remote = remote;
        all.put("text", () -> same(EMOJI, remote.text(EMOJI)));
        all.put("emptyText", () -> same("", remote.text("")));
        all.put("longText", () -> same(EMOJI.repeat(8_000), remote.text(EMOJI.repeat(8_000))).length());
        all.put("pojo", this::pojo);
        all.put("list", this::list);
        all.put("map", this::map);
        all.put("mixed", this::mixed);
        all.put("bytes", this::bytes);
        all.put("nullValue", () -> same(null, remote.nothing()));
        all.put("void", () -> {
            remote.done(EMOJI);
            return null;
        });
        all.put("business", this::business);
        all.put("runtime", this::runtime);
        all.put("async", this::async);
        all.put("oneWay", this::oneWay);
        all.put("echo", () -> same(EMOJI, ((EchoService) remote).$echo(EMOJI)));
        all.put("attachments", this::attachments);
        all.put("manyAttachments", this::manyAttachments);
        all.put("read", () -> same("r", remote.read("r")));
        all.put("write", () -> same("w", remote.write("w")));
        all.put("jason", () -> attached("user", "Jason", () -> same("j", remote.text("j"))));
        all.put("others", () -> attached("user", "Eleni", () -> same("e", remote.text("e"))));
        all.put("concurrent", this::concurrent);
        all.put("steady", this::steady);
        all.put("heartbeat", this::heartbeat);
        all.put("noRoute", () -> refused(() -> remote.unrouted("x")));
        all.put("unavailable", () -> attached("user", "nobody", () -> refused(() -> remote.text("x"))));
        all.put("faultChecked", () -> attached("user", "checked", () -> injected(OutOfStock.class)));
        all.put("faultRuntime", () -> attached("user", "runtime", () -> injected(IllegalStateException.class)));
        all.put("faultCode", () -> attached("user", "code", () -> refused(() -> remote.text("x"))));
        all.put("timeout", () -> attached("timeout", "300", () -> refused(() -> remote.slow(3_000))));
    }

    /** How many went wrong. */
    int run(List<String> names) {
        int failed = 0;
        List<String> usual = all.keySet().stream().filter(name -> !name.equals("steady")).toList();
        for (String name : names.isEmpty() ? usual : names) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("scenario", name);
            long start = System.nanoTime();
            try {
                line.put("detail", all.get(name).run());
                line.put("ok", true);
            } catch (Exception | AssertionError wrong) {
                failed++;
                line.put("ok", false);
                line.put("error", wrong.toString());
            }
            line.put("ms", (System.nanoTime() - start) / 1_000_000);
            line.put("attachments", new HashMap<>(RpcContext.getClientResponseContext().getAttachments()));
            RpcContext.removeClientResponseContext();
            System.out.println(JSON.toJSONString(line));
        }
        return failed;
    }

    private Object pojo() {
        Person anna = new Person("Ἄννα", 40);
        Person ben = new Person("Ben \uD83D\uDE42", 41);
        anna.setFriend(ben);
        ben.setFriend(anna);
        Person back = same(anna, remote.person(anna));
        return same(true, back.getFriend().getFriend() == back);
    }

    private Object list() {
        List<Person> people = new ArrayList<>();
        for (int i = 0; i < 300; i++) people.add(i % 7 == 0 ? null : new Person("person " + i, i));
        return same(people, remote.people(people)).size();
    }

    private Object map() {
        Map<String, Object> map = new HashMap<>();
        map.put(EMOJI, new Person(EMOJI, 1));
        map.put("null", null);
        map.put("numbers", new ArrayList<>(List.of(1, -17, 70_000, 1L << 40, 0.5, 12.0)));
        map.put("nested", new HashMap<>(Map.of("yes", true, "text", EMOJI)));
        return same(map, remote.map(map)).size();
    }

    private Object mixed() {
        Object[] values = {1, "two", 3.5, null, new ArrayList<>(List.of("a", "b")), new int[] {1, 2, 3}};
        Object[] back = remote.mixed(Integer.MIN_VALUE, Long.MAX_VALUE, Math.PI, true, values);
        same(true, Arrays.deepEquals(new Object[] {Integer.MIN_VALUE, Long.MAX_VALUE, Math.PI, true},
                Arrays.copyOf(back, 4)));
        return ((Object[]) back[4]).length;
    }

    private Object bytes() {
        byte[] bytes = new byte[300 * 1024];
        ThreadLocalRandom.current().nextBytes(bytes);
        return same(true, Arrays.equals(bytes, remote.bytes(bytes)));
    }

    private Object business() {
        try {
            return unexpected(remote.business("none of " + EMOJI));
        } catch (OutOfStock expected) {
            return same("none of " + EMOJI, expected.getMessage());
        }
    }

    private Object runtime() {
        try {
            return unexpected(remote.runtime("broken"));
        } catch (IllegalStateException expected) {
            return same("broken", expected.getMessage());
        }
    }

    /** An exception that a rule asks for, in the place of an answer. */
    private Object injected(Class<? extends Exception> expected) {
        try {
            return unexpected(remote.business("x"));
        } catch (Exception thrown) {
            return same(expected.getName() + ": injected " + EMOJI, thrown.getClass().getName() + ": " + thrown.getMessage());
        }
    }

    private Object async() throws Exception {
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) answers.add(remote.later("later " + i, (20 - i) * 10));
        for (int i = 0; i < 20; i++) same("later " + i, answers.get(i).get());
        return answers.size();
    }

    private Object oneWay() throws Exception {
        String text = "note " + ThreadLocalRandom.current().nextLong();
        remote.note(text);
        for (int i = 0; i < 100; i++) {
            if (remote.noted(text)) return true;
            Thread.sleep(50);
        }
        return unexpected("a note that never arrived");
    }

    private Object attachments() throws Exception {
        return attached("X-Mixed-Case", EMOJI, () -> {
            Map<String, String> seen = remote.attachments();
            same(EMOJI, seen.get("X-Mixed-Case"));
            return seen;
        });
    }

    private Object manyAttachments() throws Exception {
        for (int i = 0; i < 200; i++) RpcContext.getClientAttachment().setAttachment("Many-" + i, "value " + i);
        RpcContext.getClientAttachment().setAttachment("many-1", "differs in case only");
        for (String name : List.of(":path", "x-meltemi-digest", "transfer-encoding", "x-envoy-upstream-alt-stat-name", "with space", "ναι"))
            RpcContext.getClientAttachment().setAttachment(name, "of " + name);
        Map<String, String> seen = remote.attachments();
        for (int i = 0; i < 200; i++) same("value " + i, seen.get("Many-" + i));
        same("differs in case only", seen.get("many-1"));
        for (String name : List.of(":path", "x-meltemi-digest", "transfer-encoding", "x-envoy-upstream-alt-stat-name", "with space", "ναι"))
            same("of " + name, seen.get(name));
        return seen.size();
    }

    private Object concurrent() throws Exception {
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String text = "call " + i;
            answers.add(CompletableFuture.supplyAsync(() -> remote.text(text)));
        }
        for (int i = 0; i < 200; i++) same("call " + i, answers.get(i).get());
        return answers.size();
    }

    /** Ten seconds of calls from four threads: how many went well, how many did not, and for how long none did. */
    private Object steady() throws Exception {
        long end = System.nanoTime() + 10_000_000_000L;
        AtomicInteger good = new AtomicInteger();
        Map<String, Integer> bad = new ConcurrentHashMap<>();
        AtomicLong last = new AtomicLong(System.nanoTime());
        AtomicLong longest = new AtomicLong();
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(CompletableFuture.runAsync(() -> {
                while (System.nanoTime() < end) {
                    try {
                        same("steady", remote.text("steady"));
                        good.incrementAndGet();
                        long now = System.nanoTime();
                        longest.accumulateAndGet(now - last.getAndSet(now), Math::max);
                        Thread.sleep(2);
                    } catch (Exception failure) {
                        bad.merge(String.valueOf(failure.getMessage()), 1, Integer::sum);
                        LockSupport.parkNanos(1_000_000);
                    }
                }
            }));
        }
        for (CompletableFuture<Void> thread : threads) thread.get();
        return Map.of("good", good.get(), "bad", bad, "longestGapMs", longest.get() / 1_000_000);
    }

    /** Idle for longer than the interval at which the consumer sends heartbeats, and the connection still good. */
    private Object heartbeat() throws Exception {
        Thread.sleep(3_500);
        return same("still there", remote.text("still there"));
    }

    private static Object attached(String name, String value, Scenario call) throws Exception {
        RpcContext.getClientAttachment().setAttachment(name, value);
        return call.run();
    }

    /** The message with which a call is refused. */
    private static Object refused(Scenario call) {
        Object answer;
        try {
            answer = call.run();
        } catch (Exception refusal) {
            return String.valueOf(refusal.getMessage());
        }
        return unexpected(answer);
    }

    private static <T> T same(T expected, T actual) {
        if (!Objects.equals(expected, actual)) throw new AssertionError("expected " + expected + ", got " + actual);
        return actual;
    }

    private static Object unexpected(Object answer) {
        throw new AssertionError("unexpected answer " + answer);
    }
}
