/* Bundled from service/web/widget and service/web/chat with: npm run build */
"use strict";(()=>{function l(t,e={},...o){let n=document.createElement(t);for(let[s,r]of Object.entries(e))r!=null&&n.setAttribute(s,r);return n.append(...o.filter(s=>s!==null)),
n}function g(t,e,o){let n=l("button",{type:"button",...t},...e);return n.addEventListener("click",o),n}function N(t,e,...o){return l(`h${t}`,e,...o)}function O(t){
return{lang:t,dir:"auto"}}function ne(t,e){return l("bdi",{lang:e},t)}var te=0;function oe(t){return te+=1,`${t}-${te}`}function S(t,e){try{let o=new URL(t??"",
e);return t&&["http:","https:"].includes(o.protocol)?o:null}catch{return null}}var h=class t extends Error{constructor(e,{message:o="",details:n=[],status:s=null}={}){super(o),this.kind=e,this.details=n,this.status=s}get retry(){return this.
kind!=="rejected"&&this.kind!=="tooLong"}static of(e){return e instanceof t?e:new t("unreadable",{message:String(e)})}},He={401:"refused",403:"refused",404:"unr\
eachable",405:"unreachable",408:"busy",429:"busy"};function z(t,e){let{detail:o="",errors:n=[]}=e??{},s=Array.from(n,d=>({pointer:String(d?.pointer),detail:String(
d?.detail)})),r=[o,...s.map(d=>`${d.pointer}: ${d.detail}`)].filter(d=>d!==""),i=s.length>0?s.map(d=>d.detail):o===""?[]:[String(o)],c=s.some(({pointer:d})=>/^\/filters/.
test(d))?"refused":"rejected",u=He[t]??(t>=400&&t<500?c:"busy");return new h(u,{message:r.join(" ")||`status ${t}`,details:i,status:t})}function k(t){try{return JSON.
parse(t)}catch{throw new h("unreadable")}}function $(t){try{if(_e(t))return t}catch{}throw new h("unreadable")}function _e({status:t,answer:e,confidence:o,passages:n,interpretation:s}){return(t==="answe\
red"?se(e):t==="not_found")&&typeof o.level=="string"&&n.every(We)&&Array.isArray(s?.turns??[])}function We({text:t,highlights:e,citation:o,also_found_in:n}){return se(
{text:t,citation:o})&&Array.isArray(e)&&n.every(re)}function se({text:t,citation:e}){return typeof t=="string"&&re(e)}function re({title:t,href:e,authors:o,section:n,
publisher:s,published:r,language:i,url:a,source_href:c}){return[t,e,...o].every(u=>typeof u=="string")&&[n,s,r,i,a,c].every(u=>typeof(u??"")=="string")}var De=12,Be=20,Ue=4e5,C=class{#e;constructor(e){this.#e=e;let{turns:o,opened:n,draft:s}=Ge(e);this.turns=o,this.opened=n,this.draft=s}before(e){return this.turns.
slice(0,e.alone?0:this.turns.indexOf(e)).flatMap(({question:o,answer:n})=>n===void 0?[]:[{role:"user",content:o},{role:"assistant",content:n.answer?.text??""}]).
slice(-De)}clear(){this.turns=[],this.draft="",this.save()}save(){let{opened:e,draft:o}=this,n=this.turns.slice(-Be).map(({asking:r,failure:i,...a})=>a),s=JSON.
stringify({opened:e,draft:o,turns:n});for(;s.length>Ue&&n.length>0;)n.shift(),s=JSON.stringify({opened:e,draft:o,turns:n});try{e||o!==""||n.length>0?sessionStorage.
setItem(this.#e,s):sessionStorage.removeItem(this.#e)}catch{}}};function ie(t,{interpretation:e}){let n=(e?.turns??[]).filter(s=>t[s]!==void 0).sort((s,r)=>s-r).
map(s=>t.slice(0,s+1).findLast(({role:r})=>r==="user")?.content??"");return[...new Set(n)]}function Ge(t){try{let{turns:e,opened:o,draft:n}=JSON.parse(sessionStorage.
getItem(t)??"{}");return{turns:Array.isArray(e)?e.flatMap(Je):[],opened:o===!0,draft:typeof n=="string"?n:""}}catch{return{turns:[],opened:!1,draft:""}}}function Je(t){
try{let{question:e,alone:o,answer:n,readWith:s=[],rated:r=null}=t,i=[e,...s].every(c=>typeof c=="string")&&(r===null||typeof r.id=="string"&&["up","down"].includes(
r.rating)),a=n===void 0?{}:{answer:$(n),readWith:s,rated:r};return i?[{question:e,alone:o===!0,...a}]:[]}catch{return[]}}function Ke(){let t="",e=!1,o="",n=[];return s=>{if(s==="")return[];let r=(t+(e&&s.startsWith(`
`)?s.slice(1):s)).split(/\r\n|\n|\r/);e=s.endsWith("\r"),t=r.pop()??"";let i=[];for(let a of r){let[,c="",u=""]=/^([^:]*):? ?(.*)$/s.exec(a)??[];a===""?(n.length>
0&&i.push({type:o,data:n.join(`
`)}),o="",n=[]):c==="event"?o=u:c==="data"&&n.push(u)}return i}}async function ae(t){let e=Ke(),o=null,n=[];for await(let s of t)for(let{type:r,data:i}of e(s))if(r===
"answer")o=k(i);else if(r==="passage")n.push(k(i));else if(r==="error"){let a=k(i);throw z(Number(a?.status),a)}else if(r==="done"){if(o===null||k(i)?.passages!==
n.length)throw new h("cutOff");return{...o,passages:n}}throw new h("cutOff")}var Ye=3e4,Qe=5e3;async function le(t,e,o){if(e.filters===null)throw new h("refused");return D(t,"/v1/chat",{method:"POST",body:e,accept:"text/event-stream, app\
lication/json;q=0.5",signal:o},async(s,r)=>$(ce(s)==="text/event-stream"?await ae(r):k(await B(r))))}function W(t,e,o={}){return D(t,e,o,async(n,s)=>({response:n,
text:await B(s)}))}async function D(t,e,o,n){let{endpoint:s,credentials:r,askKey:i}=t,{method:a="GET",body:c,accept:u,ignoreBOM:d=!1,signal:m}=o;if(s==="")throw new h(
"unreachable",{message:"the address of the service is unknown; set the attribute endpoint."});let p=t.key(),f=new AbortController;m?.addEventListener("abort",()=>f.
abort(new h("stopped")),{once:!0});let y=0,L=()=>{clearTimeout(y),y=setTimeout(()=>f.abort(new h("slow")),Ye)};L();let b=!1,w;try{let x=await fetch(s+e,{method:a,
credentials:r,body:c===void 0?null:JSON.stringify(c),headers:{...p===""?{}:{Authorization:`Bearer ${p}`},...c===void 0?{}:{"Content-Type":"application/json"},...u===
void 0?{}:{Accept:u}},referrerPolicy:"no-referrer",signal:f.signal});b=!0;let ee=Ve(x,L,d);if(x.ok)return await n(x,ee);let Pe=await B(ee);w=z(x.status,ce(x)===
"application/problem+json"?k(Pe):null)}catch(x){w=x instanceof h?x:new h("cutOff"),w=f.signal.aborted?f.signal.reason:b?w:await Ze(s)}finally{clearTimeout(y),f.
abort()}if(w.status!==401||i===void 0)throw w;return await i(p,m),D(t,e,o,n)}function ce(t){return(t.headers.get("Content-Type")??"").split(";")[0]?.trim().toLowerCase()}
async function*Ve(t,e,o){let n=t.body?.getReader(),s=new TextDecoder("utf-8",{ignoreBOM:o});for(let r=await n?.read();r!==void 0&&!r.done;r=await n?.read())e(),
yield s.decode(r.value,{stream:!0})}async function B(t){let e="";for await(let o of t)e+=o;return e}async function Ze(t){if(new URL(t).origin===location.origin)
return new h("unreachable");try{let{ok:o}=await fetch(`${t}/widget.js`,{method:"HEAD",cache:"no-store",credentials:"omit",referrerPolicy:"no-referrer",signal:AbortSignal.
timeout(Qe)});if(!o)return new h("unreachable")}catch{return new h("unreachable")}let e=`${t} does not allow ${location.origin}; its operator can, with FOOTNOTE\
_ORIGINS.`;return new h("refused",{message:e})}var ue=["up","down"],Xe=[403,404,405];function de(t,e,{service:o,texts:n,icons:s,tell:r},i,a){let c=e.status==="answered"?{up:n.up,down:n.down}:{up:n.upMissing,
down:n.downMissing},u=ue.map(b=>g({class:`small thumb ${b}`,part:`thumb-${b}`,title:s?c[b]:null},[ot(),l("span",{class:s?"unseen":null},c[b])],()=>f(b))),d=l("s\
pan",{class:"unsaved"}),m=!1;function p(){u.forEach((b,w)=>{b.setAttribute("aria-pressed",String(t.rated?.rating===ue[w]))})}async function f(b){if(!m){m=!0,d.textContent=
"";try{await et(o,t,nt(t.question,i.before(t),e,b)),r("feedback",{question:t.question,rating:t.rated?.rating??null})}catch(w){!t.rated&&Xe.includes(h.of(w).status??
0)?a():(d.textContent=n.unsaved,r("unsaved",{}))}m=!1,i.save(),p()}}p();let y=s?l("span",{},n.helpful):null,L={class:"feedback",part:"feedback",role:"group","ar\
ia-label":n.helpful};return l("div",L,y,...u,d)}async function et(t,e,o){let n=e.rated??null;if(n!==null&&(await tt(t,n.id),e.rated=null),n?.rating!==o.rating){
let{text:s}=await W(t,"/v1/feedback",{method:"POST",body:o});e.rated={rating:o.rating,id:String(k(s).id)}}}async function tt(t,e){try{await W(t,`/v1/feedback/${encodeURIComponent(
e)}`,{method:"DELETE"})}catch(o){if(h.of(o).status!==404)throw o}}function nt(t,e,{status:o,passages:[n],generation:s},r){if(o==="not_found"||n===void 0)return{
question:t,history:e,status:o,rating:r,passage:null,generation:s};let{document_id:i,revision:a,start:c,end:u}=n.citation,d=n.highlights.at(-1)??{start:0,end:[...n.
text].length},m={document_id:i,revision:a,start:c,end:u,text:n.text,highlight:d};return{question:t,history:e,status:o,rating:r,passage:m,generation:s}}function ot(){
let t="http://www.w3.org/2000/svg",e=document.createElementNS(t,"svg");e.setAttribute("viewBox","0 0 24 24"),e.setAttribute("aria-hidden","true");let o=document.
createElementNS(t,"path");return o.setAttribute("d","M3 10h4v11H3zM7 10l4.5-7.5c2 0 3 1.2 2.5 3L13 9h6.5c1.4 0 2 1 1.8 2.2l-1.6 7.6C19.4 20.2 18.5 21 17 21H7"),
e.append(o),e}var U={title:"Ask the documents",greeting:"Ask a question. The answer comes in the documents’ own words, with its source.",placeholder:"Your question",followUp:"\
Ask a follow-up question",ask:"Ask",close:"Close",restart:"New conversation",conversation:"Conversation",asked:"You asked:",searching:"Looking in the documents…",
stop:"Stop",found:"The documents say",retry:"Try again",notFound:"Not in these documents.",notFoundWhy:"No passage answers this question well enough to be quote\
d as an answer.",context:"Read together with: {question}",alone:"Ask it on its own",passage:"The passage around it",passages:"The passage around it, and {n} mor\
e",nearestOne:"The nearest passage",nearest:"The {n} nearest passages",page:"p. {n}",original:"original at {host}",alsoIn:"Also found word for word in",newTab:"\
(opens in a new tab)",very_high:"Confidence: very high.",high:"Confidence: high.",medium:"Confidence: medium. Read the passage before you quote it.",low:"Confid\
ence: low. Read the passage: it may not answer the question.",helpful:"Was this helpful?",up:"Helpful",down:"Not helpful",upMissing:"Right, it is not there",downMissing:"\
Wrong, it is there",unsaved:"Your rating could not be saved. Try again.",unanswered:"No answer arrived.",unreachable:"The service cannot be reached. It may have\
 stopped, or the connection is down.",refused:"The chat cannot be used on this site. Please tell the site’s owner.",slow:"The service has sent nothing for 30 \
seconds. It may be busy.",cutOff:"The answer was cut off before it was complete.",unreadable:"The service’s answer cannot be read.",busy:"The service cannot a\
nswer at the moment.",rejected:"The service does not accept this question.",tooLong:"This question is too long. The limit is 2,000 characters.",stopped:"Stopped\
."};var st={title:"Pregunte a los documentos",greeting:"Haga una pregunta. La respuesta se da con las palabras de los propios documentos e indica su fuente.",placeholder:"\
Su pregunta",followUp:"Haga otra pregunta",ask:"Preguntar",close:"Cerrar",restart:"Nueva conversación",conversation:"Conversación",asked:"Usted preguntó:",searching:"\
Buscando en los documentos…",stop:"Detener",found:"Los documentos dicen",retry:"Intentar de nuevo",notFound:"No está en estos documentos.",notFoundWhy:"Ningú\
n pasaje responde a esta pregunta lo bastante bien como para citarlo.",context:"Leída junto con: {question}",alone:"Preguntar sin contexto",passage:"El pasaje \
completo",passages:"El pasaje completo y {n} más",nearestOne:"El pasaje más cercano",nearest:"Los {n} pasajes más cercanos",page:"p. {n}",original:"original \
en {host}",alsoIn:"También aparece, palabra por palabra, en",newTab:"(se abre en otra pestaña)",very_high:"Confianza: muy alta.",high:"Confianza: alta.",medium:"\
Confianza: media. Lea el pasaje antes de citarlo.",low:"Confianza: baja. Lea el pasaje: puede que no responda a la pregunta.",helpful:"¿Le ha servido?",up:"Úti\
l",down:"No útil",upMissing:"Correcto, no está",downMissing:"Incorrecto, sí está",unsaved:"No se pudo guardar su valoración. Inténtelo de nuevo.",unanswered:"\
No llegó ninguna respuesta.",unreachable:"No se puede conectar con el servicio. Quizá esté detenido o no haya conexión.",refused:"El chat no se puede usar e\
n este sitio. Avise al propietario del sitio.",slow:"El servicio no ha enviado nada en 30 segundos. Quizá esté ocupado.",cutOff:"La respuesta se cortó antes d\
e estar completa.",unreadable:"No se puede leer la respuesta del servicio.",busy:"El servicio no puede responder en este momento.",rejected:"El servicio no admi\
te esta pregunta.",tooLong:"Esta pregunta es demasiado larga. El límite es de 2000 caracteres.",stopped:"Detenida."},he=st;var rt={en:U,es:he},M=U;function j(t){return rt[G(t)]}function fe(t){return navigator.languages.find(o=>/^[\w-]+$/.test(o)&&G(o)===G(t))??t}function G(t){return(t.
split("-")[0]??"").toLowerCase()}function T(t,e){return t.replace(/\{(\w+)\}/g,(o,n)=>String(e[n]??o))}function it({authors:t,title:e,section:o,page:n,publisher:s,published:r},{texts:i,language:a}){return[["authors",lt(t,a)],["title",e],["section",o===e?null:o&&`\
“${o}”`],["page",n==null?null:T(i.page,{n})],["publisher",s],["published",r&&ct(r,a)]].flatMap(([u,d])=>d?[{kind:u,text:d}]:[])}function J(t,e){let o=it(t,e).
map(({kind:s,text:r})=>{switch(s){case"title":return K(t,e);case"page":return r;case"published":return l("time",{datetime:t.published},r);default:return ne(r,t.
language)}}),n=at(t,e);return l("p",{class:"source",part:"source"},...Y([...o,n],", "),".")}function K(t,e){let{endpoint:o}=e.service,n=l("cite",O(t.language),t.
title),s=S(t.href,o);return s===null||s.origin!==S(o)?.origin?n:pe(s,n,t,e)}function at(t,e){let o=S(t.source_href??t.url);return o===null?null:pe(o,T(e.texts.original,
{host:o.host}),t,e)}function pe({href:t},e,o,{texts:n,newTab:s,tell:r}){let a=l("a",{href:t,rel:"noopener noreferrer",part:"link",...s?{target:"_blank"}:{}},e);
return s&&a.append(l("span",{class:"unseen"},` ${n.newTab}`)),a.addEventListener("click",c=>{r("source",{href:t,citation:o})||c.preventDefault()}),a}function Y(t,e){
return t.filter(n=>n!==null).flatMap((n,s)=>s===0?[n]:[e,n])}function lt(t,e){return new Intl.ListFormat(e).format(t)}function ct(t,e){let o=new Date(`${t}T00:0\
0:00Z`),n=new Intl.DateTimeFormat(e,{dateStyle:"long",timeZone:"UTC"});return Number.isNaN(o.getTime())?t:n.format(o)}function ut(t,e){let o=new Map,n=0,s=0;for(let r of[...new Set(e)].sort((i,a)=>i-a)){for(;n<r&&s<t.length;)s+=(t.codePointAt(s)??0)>65535?2:1,n+=1;n===r&&o.set(
r,s)}return o}function me(t,e){let o=ut(t,e.flatMap(({start:s,end:r})=>[s,r])),n=[];for(let s of[...e].sort((r,i)=>r.start-i.start)){let r=o.get(s.start),i=o.get(
s.end),a=n.at(-1);r===void 0||i===void 0||r>=i||(a!==void 0&&r<=a.end?a.end=Math.max(a.end,i):n.push({start:r,end:i}))}return n}function ge(t,e,o){let n=[],s=0;for(let r of e)n.push(...Q(t,{start:s,end:r.start},o),r.start<r.end?l("mark",{part:"mark"},...Q(t,r,o)):l("span",{class:"place"})),
s=r.end;return[...n,...Q(t,{start:s,end:t.length},o)]}function Q(t,e,o){let n=[],s=e.start;for(let{start:r,end:i,level:a}of o){let[c,u]=[Math.max(r,e.start),Math.
min(i,e.end)];if(c<u){let d=a===void 0?{}:{role:"heading","aria-level":String(a)};n.push(t.slice(s,c),l("span",{class:"heading",...d},t.slice(c,u))),s=u}}return n.
push(t.slice(s,e.end)),n.filter(r=>r!=="")}function dt(t,e,o){let n=t.indexOf(`
`,e),s=n===-1?t.length:n;return o&&t.slice(e,s).includes(o)?[{start:e,end:s}]:[]}function be(t,e){let o=dt(t,0,e),n=[...t.matchAll(/^#{1,6} .*/gm)].map(({index:s,
0:r})=>({start:s,end:s+r.length}));return[...o,...n.filter(({start:s})=>s>0||o.length===0)]}function ve({status:t,answer:e,confidence:o,passages:n},s,r){let{texts:i,unfolded:a,copyButton:c}=s,u=t==="answered"?e:null,d=n.length,m=u===null?T(d===1?i.nearestOne:
i.nearest,{n:d}):T(d===1?i.passage:i.passages,{n:d-1}),p=u===null?null:c(u.text,u.citation);return[u===null?ht(s):ft(u,o.level,s),p===null&&r===null?null:l("div",
{class:"tools"},p,r),d===0?null:l("details",{part:"passages",open:u!==null&&a?"":null},l("summary",{},m),l("ol",{class:"passages"},...n.map(f=>pt(f,s))))]}function V(t,e){
return N(e,{class:"outcome",tabindex:"-1"},t)}function ht({texts:t,level:e}){let o=V(t.notFound,e+1);return l("div",{class:"not-found",part:"not-found"},o,l("p",
{},t.notFoundWhy))}function ft({text:t,citation:e},o,n){let{texts:s,level:r}=n;return l("figure",{},V(s.found,r+1),l("blockquote",{class:"quotation",part:"quota\
tion",...O(e.language)},l("span",{class:"quoted"},t)),l("p",{class:"confidence",part:"confidence"},s[o]??null),l("figcaption",{},J(e,n)))}function pt({text:t,highlights:e,
citation:o,also_found_in:n},s){let r=ge(t,me(t,e),be(t,o.section)),i=Y(n.map(a=>K(a,s)),", ");return l("li",{},l("blockquote",{class:"passage",part:"passage",...O(
o.language)},...r),J(o,s),i.length===0?null:l("p",{class:"source",part:"source"},`${s.texts.alsoIn} `,...i,"."),s.copyButton(t,o))}function we(t,{texts:e,explained:o,
level:n},s){let[r="",...i]=mt(t,e,o),a=l("div",{class:"failure",part:"failure"},V(r,n),...i.map(c=>l("p",{},c)));return t.retry&&a.append(g({class:"small",part:"\
retry"},[e.retry],s)),a}function mt({kind:t,details:e,status:o},n,s){if(s&&e.length>0)return e;let[r="",...i]=n[t].split(/(?<=[.!?]) /);return[s&&o!==null?`${r.
replace(/\.$/,"")} (status ${o}).`:r,...i]}function ke(t,e,{stop:o,retry:n,askAlone:s},r){let{texts:i,level:a}=e,c=oe("question"),u=i.asked===""?null:l("span",{class:"unseen"},`${i.asked} `),d=N(a,{class:"\
question",part:"question",id:c,dir:"auto"},u,t.question);return l("article",{class:"turn",part:"turn","aria-labelledby":c},d,m());function m(){if(t.asking!==void 0)
return gt(e,o);if(t.answer===void 0){let f=t.failure??new h("unanswered");return we(f,{...e,level:a+1},n)}let p=ve(t.answer,e,r);return l("div",{class:"answer",
part:"answer"},bt(t,e,s),...p)}}function gt({texts:t},e){return l("div",{class:"searching",part:"searching"},l("p",{},l("span",{},t.searching)),g({class:"small",
part:"stop"},[t.stop],e))}function bt({readWith:t=[]},{texts:e,language:o},n){if(t.length===0)return null;let[s="",r=""]=e.context.split("{question}"),i=new Intl.
ListFormat(o).formatToParts(t).map(({type:a,value:c})=>a==="element"?l("q",{dir:"auto"},c):c);return l("div",{class:"context",part:"context"},l("p",{},s,...i,r),
g({class:"small",part:"alone"},[e.alone],n))}var I=class{#e;#s;#r;#n=new Map;#t=!0;constructor(e,o,n,s){this.#s=e,this.#e=o,this.#r=s,this.conversation=n}replace(e){this.stop(),this.#t=!0,this.conversation=
e}set(e){this.#e=e}showAll(){this.#n.clear(),this.#s.replaceChildren();for(let e of this.conversation.turns)this.#a(e);this.#r.changed()}get asking(){return this.
conversation.turns.find(({asking:e})=>e!==void 0)??null}async ask(e,o=!1){this.stop();let n={question:e,alone:o};if(this.#e.mended)for(let s of this.conversation.
turns.filter(({answer:r})=>r===void 0))this.#o(s);return this.conversation.turns.push(n),this.#e.tell("question",{question:e}),this.#l(n)}stop(){let e=this.asking;
return e!==null&&(e.asking?.abort(),delete e.asking,e.failure=new h("stopped"),this.#a(e)),e}withdraw(){let e=this.stop();return e!==null&&this.#o(e),e}clear(){
this.stop(),this.conversation.clear(),this.showAll()}#o(e){this.conversation.turns=this.conversation.turns.filter(o=>o!==e),this.#n.get(e)?.remove(),this.#n.delete(
e),this.#r.changed()}#i(e,o){this.stop(),e.alone=o,this.#e.tell("question",{question:e.question}),this.#l(e)}async#l(e){let{service:o,request:n,longest:s,texts:r,
tell:i,mended:a}=this.#e,{question:c,alone:u=!1}=e,d=new AbortController;delete e.failure,delete e.answer,delete e.rated,e.asking=d,delete e.readWith;let m=this.
conversation.before(e);this.conversation.draft=a?c:"",this.conversation.save(),this.#r.began(e,this.#a(e));let p=null,f=null;try{if([...c].length>s)throw new h(
"tooLong");let y=[...m,{role:"user",content:c}];p=await le(o,{messages:y,context:!u,...n},d.signal)}catch(y){f=h.of(y)}return e.asking!==d?null:(delete e.asking,
f!==null?e.failure=f:p!==null&&(e.answer=p,e.readWith=ie(m,p),this.conversation.draft=""),this.conversation.save(),this.#r.ended(e,this.#a(e)),f!==null?i("error",
{question:c,kind:f.kind,message:r[f.kind]}):i("answer",{question:c,answer:p}),e)}#a(e){let o=this.#n.get(e),n=ke(e,this.#e,{stop:()=>this.#r.stop(),retry:()=>this.#i(
e,e.alone??!1),askAlone:()=>this.#i(e,!0)},this.#d(e)),s=this.#s.contains(this.#u());return this.#n.set(e,n),o!==void 0?o.replaceWith(n):this.#n.size===1?this.#s.
replaceChildren(n):this.#s.append(n),this.#r.changed(),s&&this.#c(),n}#c(){this.#u()===null&&this.#s.focus({preventScroll:!0})}#u(){let e=this.#s.getRootNode().
activeElement;return e===document.body?null:e}#d(e){let{answer:o}=e;return o===void 0||!this.#t?null:de(e,o,this.#e,this.conversation,()=>{this.#t=!1;for(let n of this.#s.
querySelectorAll(".feedback"))n.remove();this.#c(),this.#e.tell("unrated",{})})}};var vt=["title","greeting","placeholder","disclaimer"],R=["endpoint","key","colour","color","position","theme","language","texts","suggestions","passages","filt\
ers",...vt],F=2e3,Te=["document_id","publisher","published","language","tag","extra"],wt=/^(ar|arc|ckb|dv|fa|he|ks|ku-arab|ps|sd|syr|ug|ur|yi)(-|$)/i,ye=new Set;
function q(t){ye.has(t)||(ye.add(t),console.warn(`Footnote: ${t}`))}function P(t,e){let o=`a JSON object of texts, with keys among ${Object.keys(M).join(", ")}`,
n=v(t,"texts",null,xt,o),s=t.closest("[lang]")?.getAttribute("lang")||document.documentElement.lang,r=j(s)===void 0&&n===null?"en":s||"en",i=v(t,"language",Ee(r)??
"en",u=>j(u)===void 0&&n===null?null:Ee(u),"en, es, or a language whose texts the attribute texts gives"),a={...j(i)??M,...n},c=t.hasAttribute("colour")?"colour":
"color";return{endpoint:v(t,"endpoint",e,kt,"an address such as https://ask.example.org"),key:v(t,"key","",Se(/^[!-~]+$/),"a key from the service's operator"),inline:v(
t,"mode","inline",xe("inline","launcher"),"inline or launcher")==="inline",title:t.getAttribute("title")?.trim()||a.title,colour:v(t,c,null,u=>CSS.supports("col\
or",u)?u:null,"a CSS colour such as #0b5394"),corner:v(t,"position",["bottom","end"],yt,"bottom or top, a hyphen, and end, start, left or right"),theme:v(t,"the\
me","auto",xe("auto","light","dark"),"auto, light or dark"),language:i,direction:wt.test(i)?"rtl":"ltr",texts:a,greeting:t.getAttribute("greeting")??a.greeting,
placeholder:t.getAttribute("placeholder")||a.placeholder,followUp:t.getAttribute("placeholder")||a.followUp,disclaimer:t.getAttribute("disclaimer")??"",suggestions:v(
t,"suggestions",[],Et,"a JSON list of questions"),passages:v(t,"passages",null,Se(/^([1-9]\d?|100)$/),"a whole number from 1 to 100"),filters:v(t,"filters",{},St,
`a JSON object with keys among ${Te.join(", ")}`,null)}}function v(t,e,o,n,s,r=o){let i=t.getAttribute(e)?.trim()??"";if(i==="")return o;try{let u=n(i);if(u!==null)
return u}catch{}let a=i.length>60?`${i.slice(0,60)}…`:i;return q(`the attribute ${e} must be ${s}, not "${a}". ${r===o?"The default is used.":"No question is \
asked."}`),r}function xe(...t){return e=>t.includes(e)?e:null}function Se(t){return e=>t.test(e)?e:null}function kt(t){return S(t)?.href.replace(/\/$/,"")??null}
function Ee(t){try{return Intl.getCanonicalLocales(t)[0]??null}catch{return null}}function yt(t){return/^(bottom|top)-(start|end|left|right)$/.test(t)?t.split("\
-"):null}function xt(t){let e=Ae(t,Object.keys(M));return e!==null&&Object.values(e).every(o=>typeof o=="string")?e:null}function St(t){return Ae(t,Te)}function Ae(t,e){
let o=JSON.parse(t);return typeof o=="object"&&o!==null&&!Array.isArray(o)&&Object.keys(o).every(s=>e.includes(s))?o:null}function Et(t){let e=JSON.parse(t);return Array.
isArray(e)&&e.every(o=>typeof o=="string")?e:null}var Oe={light:[.984,.973,.945],dark:[.102,.09,.078]};function Le(t){let e=X(t,[1,1,1])>=X(t,[0,0,0])?"#fff":"#000",o=`--accent-ink: ${Z(Ce(t,Oe.dark,1))};`;return`\
.root { --accent: ${Z(t)} !important; --on-accent: ${e} !important;
    --accent-ink: ${Z(Ce(t,Oe.light,0))}; }
    @media (prefers-color-scheme: dark) { .root[data-theme="auto"] { ${o} } }
    .root[data-theme="dark"] { ${o} }`}function Ce(t,e,o){for(let n=0;n<1;n+=.05){let s=t.map(r=>r+(o-r)*n);if(X(s,e)>=4.6)return s}return[o,o,o]}function X(t,e){
let[o,n]=[qe(t),qe(e)];return(Math.max(o,n)+.05)/(Math.min(o,n)+.05)}function qe(t){let[e=0,o=0,n=0]=t.map(s=>s<=.04045?s/12.92:((s+.055)/1.055)**2.4);return .2126*
e+.7152*o+.0722*n}function Z(t){return`rgb(${t.map(e=>Math.round(e*255)).join(" ")})`}function Ne(t){let e=(t.match(/-?[\d.]+(e-?\d+)?/g)??[]).map(Number),o=t.startsWith(
"rgb")?255:1;return e.length<3||(e[3]??1)<1?null:e.slice(0,3).map(n=>Math.min(Math.max(n/o,0),1))}var Tt="(max-width: 30em), (max-height: 26em)",H=class{#e;#s;#r;#n=l("section");#t=matchMedia(Tt);#o=null;constructor(e,o,n){this.#e=e,this.#s=o,this.#r=n}place(e,o,n){
let s=o?"section":"dialog";(this.#n.localName!==s||this.#n.firstChild===null)&&(this.hide(),this.#n=l(s,{id:"panel",part:"panel","aria-labelledby":"title"},this.#e),
this.#n.addEventListener("cancel",i=>{i.preventDefault(),this.#r()}),this.#n.addEventListener("close",()=>{this.#n.isConnected&&!this.#i?.open&&this.#r()}),e.replaceChildren(
...o?[this.#n]:[this.#s,this.#n])),this.#s.className=["launcher",...n].join(" ");let r=this.#l?["covering"]:[];this.#n.className=["frame",...o?[]:n,...r].join("\
 ")}get#i(){return this.#n instanceof HTMLDialogElement?this.#n:null}get#l(){return this.#n.getAttribute("aria-modal")==="true"}show(){let e=this.#i;if(e===null||
e.open)return;let o=this.#t.matches;if(this.#s.setAttribute("aria-expanded","true"),this.#n.classList.toggle("covering",o),o){e.setAttribute("aria-modal","true"),
e.showModal();let n=document.documentElement.style;this.#o=n.overflow,n.overflow="hidden"}else e.open=!0}hide(){this.#s.setAttribute("aria-expanded","false"),this.#i?.
close(),this.#n.removeAttribute("aria-modal"),this.#o!==null&&(document.documentElement.style.overflow=this.#o,this.#o=null)}follow(){this.#t.addEventListener("\
change",this.#a),this.#a()}unfollow(){this.#t.removeEventListener("change",this.#a)}#a=()=>{if(this.#i?.open&&this.#t.matches!==this.#l){let e=this.#n.getRootNode(),
o=e instanceof ShadowRoot?e.activeElement:null;this.hide(),this.show(),o?.focus()}}};var ze=`
    color-scheme: dark;
    --paper: var(--footnote-paper, #1a1714);
    --ink: var(--footnote-ink, #ebe4d8);
    --quiet: var(--footnote-quiet, #b5ac9f);
    --line: var(--footnote-line, #83796c);
    --tint: var(--footnote-tint, #2b2621);
    --mark: var(--footnote-mark, #5a4420);
    --accent: #efa48f;
    --on-accent: #1f1410;
    --accent-ink: #efa48f;`,$e=`
:host { all: initial; display: block; }
:host([hidden]) { display: none; }
.root {
  display: contents;
  color-scheme: light;
  --paper: var(--footnote-paper, #fbf8f1);
  --ink: var(--footnote-ink, #221d17);
  --quiet: var(--footnote-quiet, #5f564b);
  --line: var(--footnote-line, #8b8173);
  --tint: var(--footnote-tint, #f0eadd);
  --mark: var(--footnote-mark, #f3dfb4);
  --accent: #8a2b1d;
  --on-accent: #fffdf8;
  --accent-ink: #8a2b1d;
  --radius: var(--footnote-radius, 4px);
  --gap: var(--footnote-gap, 1.25em);
  --font: var(--footnote-font, "Iowan Old Style", "Palatino Linotype", Palatino, "URW Palladio L", P052, Charter, Georgia, serif);
}
@media (prefers-color-scheme: dark) { .root[data-theme="auto"] { ${ze} } }
.root[data-theme="dark"] { ${ze} }
* { box-sizing: border-box; }
/* Each text has its own direction: some may be English in a chat that is not. */
.chat :is(p:not(.source), h2, h4, summary, textarea, button, .feedback span) { unicode-bidi: plaintext; }
.launcher, .frame, .chat, button, textarea { font: 1em/1.5 var(--font); }
p, h2, h3, h4, ol, figure, blockquote { margin: 0; padding: 0; }
h2, h3, h4 { font-size: 1em; font-weight: 400; }
button {
  min-block-size: 2.25em;
  padding: 0.25em 0.9em;
  color: var(--ink);
  background: transparent;
  border: 1px solid var(--line);
  border-radius: var(--radius);
  cursor: pointer;
}
button:hover { background: var(--tint); }
.launcher, .send { color: var(--on-accent); background: var(--accent); border-color: var(--accent); }
.launcher:hover, .send:hover { background: var(--accent); text-decoration: underline; text-underline-offset: 0.2em; }
:focus-visible { outline: 2px solid var(--accent-ink); outline-offset: 2px; }
.launcher:focus-visible { outline-color: var(--ink); box-shadow: 0 0 0 2px var(--paper); }
.launcher {
  position: fixed;
  z-index: var(--footnote-z-index, 2147483000);
  max-inline-size: min(20em, 100vw - 2 * var(--gap));
  min-block-size: 3em;
  padding-inline: 1.2em;
  overflow: hidden;
  white-space: nowrap;
  text-overflow: ellipsis;
  border-radius: var(--footnote-launcher-radius, 1.5em);
  box-shadow: 0 2px 10px rgb(0 0 0 / 0.25);
}
.launcher::before, .title::before { content: "*"; content: "*" / ""; display: inline-block; margin-inline-end: 0.35em; }
.title::before { color: var(--accent-ink); }
.bottom { inset-block-end: var(--gap); }
.top { inset-block-start: var(--gap); }
.start { inset-inline-start: var(--gap); }
.end { inset-inline-end: var(--gap); }
.left { left: var(--gap); }
.right { right: var(--gap); }
.frame { color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: var(--radius); }
section.frame { block-size: var(--footnote-height, 34em); max-block-size: 100vh; overflow: hidden; }
dialog.frame {
  position: fixed;
  z-index: var(--footnote-z-index, 2147483000);
  inline-size: min(var(--footnote-width, 25em), 100vw - 2 * var(--gap));
  block-size: min(var(--footnote-height, 38em), 100vh - 2 * var(--gap) - 3.75em);
  block-size: min(var(--footnote-height, 38em), 100dvh - 2 * var(--gap) - 3.75em);
  max-inline-size: none;
  max-block-size: none;
  margin: 0;
  padding: 0;
  overflow: hidden;
  box-shadow: 0 8px 32px rgb(0 0 0 / 0.28);
}
dialog.frame:not([open]) { display: none; }
dialog.start { inset-inline-end: auto; }
dialog.left { right: auto; }
dialog.end { inset-inline-start: auto; }
dialog.right { left: auto; }
dialog.bottom { inset-block: auto calc(var(--gap) + 3.75em); }
dialog.top { inset-block: calc(var(--gap) + 3.75em) auto; }
dialog.covering { inset: 0; inline-size: 100%; block-size: 100vh; block-size: 100dvh; border: 0; border-radius: 0; }
.chat { display: flex; flex-direction: column; block-size: 100%; overflow-wrap: anywhere; text-align: start; }
.header { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5em; padding-block: 0.5em; padding-inline: 1em 0.5em; border-block-end: 1px solid var(--li\
ne); }
.title { flex: 1 1 5em; overflow-wrap: break-word; font-size: 1.0625em; font-weight: 400; font-style: italic; line-height: 1.25; }
.header button, .small { font-size: 0.875em; border-color: transparent; padding-inline: 0.6em; }
.small { padding: 0.1em 0.5em; border-color: var(--line); min-block-size: 1.9em; }
.header .close { font-size: 1.25em; line-height: 1; min-inline-size: 1.8em; min-block-size: 1.8em; padding: 0; }
.log { flex: 1; position: relative; min-block-size: 5em; overflow-y: auto; overscroll-behavior: contain; padding: 1em; scroll-padding-block: 0.5em; }
.log:focus-visible { outline-offset: -2px; }
.greeting { white-space: pre-wrap; }
.suggestions { display: flex; flex-direction: column; align-items: start; gap: 0.5em; margin-block-start: 1em; }
.suggestions button { text-align: start; }
.turn + .turn { margin-block-start: 2em; padding-block-start: 1.5em; border-block-start: 1px solid var(--line); }
.question { padding: 0.4em 0.8em; margin-block-end: 1em; background: var(--tint); border: 1px solid transparent; border-radius: var(--radius); white-space: pre-\
wrap; }
.context, .confidence, .source, .feedback, .disclaimer { font-size: 0.875em; color: var(--quiet); }
.context { margin-block-end: 0.75em; }
.context p { display: inline; margin-inline-end: 0.4em; }
.not-found .outcome { font-weight: 600; }
.heading { font-weight: 600; }
.quotation, .passage { white-space: pre-wrap; unicode-bidi: plaintext; }
.passage { overflow-x: clip; } /* a mark does not go on under the space that ends a line */
.quotation { font-size: 1.1875em; line-height: 1.4; }
.quotation span::before { content: open-quote; }
.quotation span::after { content: close-quote; }
.source { margin-block-start: 0.5em; line-height: 1.45; }
figcaption .source::before { content: ""; display: block; inline-size: 4em; margin-block: 0.8em 0.5em; border-block-start: 1px solid var(--line); }
.source cite { font-style: italic; }
a { color: var(--ink); text-decoration-color: var(--accent-ink); text-underline-offset: 0.2em; }
a:hover { color: var(--accent-ink); }
.confidence { margin-block-start: 0.5em; }
mark { color: inherit; background: var(--mark); padding-block: 0.1em; }
details { margin-block-start: 0.75em; }
summary::marker { color: var(--accent-ink); }
summary { padding-block: 0.2em; min-block-size: 24px; cursor: pointer; }
.passages { list-style: none; }
.passages li { margin-block-start: 0.75em; padding-inline-start: 0.8em; border-inline-start: 2px solid var(--line); font-size: 0.9375em; }
.passages li + li { margin-block-start: 1.5em; }
.feedback { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25em; margin-block-start: 0.5em; }
.feedback button { font-size: 1em; min-inline-size: 2.25em; min-block-size: 2.25em; padding: 0.3em; border-color: transparent; line-height: 0; }
.feedback button[aria-pressed="true"] { color: var(--on-accent); background: var(--accent); border-color: var(--accent); }
svg { inline-size: 1.25em; block-size: 1.25em; fill: none; stroke: currentcolor; stroke-width: 1.6; stroke-linejoin: round; }
.down svg { transform: rotate(180deg); }
.failure { padding-inline-start: 0.8em; border-inline-start: 2px solid var(--accent-ink); }
.failure button, .searching button { margin-block-start: 0.5em; }
.searching span::after { content: ""; display: inline-block; inline-size: 0.5em; block-size: 0.5em; margin-inline-start: 0.5em; background: var(--accent-ink); b\
order-radius: 50%; animation: breathe 1.2s ease-in-out infinite alternate; }
@keyframes breathe { from { opacity: 0.15; } }
.writing { display: flex; align-items: end; gap: 0.5em; padding: 0.75em; border-block-start: 1px solid var(--line); }
textarea { flex: 1; min-inline-size: 0; min-block-size: 2.6em; max-block-size: 8em; padding: 0.5em 0.6em; field-sizing: content; resize: none; color: var(--ink)\
; background: transparent; border: 1px solid var(--line); border-radius: var(--radius); }
textarea:focus-visible { outline-offset: 0; }
textarea::placeholder { color: var(--quiet); opacity: 1; }
.send { min-block-size: 2.6em; }
.disclaimer { padding: 0 0.9em 0.75em; }
.unseen, figure .outcome { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
[hidden] { display: none !important; }
@media (prefers-reduced-motion: reduce) { *, ::before, ::after { animation: none !important; } }
@media (forced-colors: active) {
  mark { forced-color-adjust: none; color: MarkText; background: Mark; }
  .feedback button[aria-pressed="true"] { forced-color-adjust: none; color: HighlightText; background: Highlight; }
}
@media print { .launcher, dialog.frame { display: none; } }
`;var Me=new CSSStyleSheet;Me.replaceSync($e);var _=class{#e;#s=new CSSStyleSheet;root=l("div",{class:"root",title:""});launcher=g({part:"launcher","aria-controls":"\
panel"},[],()=>this.#e.toggle());restart=g({part:"restart"},[],()=>this.#e.restart());log=l("div",{class:"log",part:"log",role:"log",tabindex:"0"});field=l("tex\
tarea",{part:"field",rows:"1",maxlength:String(F),enterkeyhint:"send",autocomplete:"off"});#r=l("h2",{class:"title",part:"title",id:"title"});#n=g({class:"close",
part:"close"},["×"],()=>this.#e.close());#t=g({class:"send",part:"send"},[],()=>this.#e.send());#o=l("p",{class:"disclaimer",part:"disclaimer"});#i=l("div",{class:"\
chat",part:"chat"},l("div",{class:"header",part:"header"},this.#r,this.restart,this.#n),this.log,l("div",{class:"writing",part:"writing"},this.field,this.#t),this.#o);panel=new H(
this.#i,this.launcher,()=>this.#e.close());constructor(e,o){this.#e=o,e.adoptedStyleSheets=[Me,this.#s],e.append(this.root)}apply({inline:e,title:o,colour:n,corner:s,
theme:r,language:i,direction:a,texts:c,placeholder:u,disclaimer:d}){this.root.dataset.theme=r,this.#r.textContent=o,this.launcher.replaceChildren(l("span",{lang:i,
dir:a},o)),this.#i.lang=i,this.#i.dir=a,this.restart.textContent=c.restart,this.#n.setAttribute("aria-label",c.close),this.#n.hidden=e,this.log.setAttribute("ar\
ia-label",c.conversation),this.field.setAttribute("aria-label",u),this.#t.textContent=c.ask,this.#o.textContent=d,this.#o.hidden=d==="",this.panel.place(this.root,
e,s),this.#s.replaceSync(n===null||!this.root.isConnected?"":this.#l(n))}#l(e){let o=l("span",{hidden:""});o.style.color=e,o.style.color=`color-mix(in srgb, ${e}\
, ${e})`,this.root.append(o);let n=Ne(getComputedStyle(o).color);return o.remove(),n===null?(q(`the attribute colour must be opaque, not "${e}". The default is \
used.`),""):Le(n)}follow({placeholder:e,followUp:o},n){this.restart.hidden=!n,this.field.placeholder=n?o:e}greet({greeting:e,suggestions:o}){let n=o.map(s=>g({part:"\
suggestion"},[l("bdi",{},s)],()=>this.#e.suggestion(s)));this.log.replaceChildren(l("p",{class:"greeting",part:"greeting",dir:"auto"},e),n.length===0?"":l("div",
{class:"suggestions",part:"suggestions"},...n))}scroll(){let e=this.log.lastElementChild;e instanceof HTMLElement&&e.classList.contains("turn")&&(this.log.scrollTop=
e.offsetTop-12)}enter(){(matchMedia("(pointer: coarse)").matches?this.log:this.field).focus({preventScroll:!0})}};var E="footnote-chat",At=["open","close","question","answer","source","feedback","error"];function je(t,e){return class extends HTMLElement{static observedAttributes=[
...R,"mode"];#e=P(document.createElement("div"),t);#s=!1;#r="";#n=null;#t=new _(this.attachShadow({mode:"open"}),{toggle:()=>this.#o.conversation.opened?this.close():
this.open(),close:()=>this.close(),restart:()=>this.clear(),send:()=>this.#p(),suggestion:n=>this.ask(n)});#o=new I(this.#t.log,this.#l(),new C(""),{stop:()=>this.#o.
stop(),began:()=>this.#t.scroll(),ended:n=>this.#m(n),changed:()=>this.#u()});constructor(){super(),this.#t.root.addEventListener("keydown",n=>this.#g(n))}open(){
if(!this.isConnected)return;let{conversation:n}=this.#o;if(!this.#e.inline&&!n.opened){let s=document.activeElement;this.#n=s instanceof HTMLElement&&s!==this&&
s!==document.body?s:null,n.opened=!0,this.#h(),n.save(),this.#f("open",{})}this.#t.enter()}close(){let{conversation:n}=this.#o;if(this.#e.inline||!n.opened)return;
let s=this.#i;n.opened=!1,this.#t.panel.hide(),n.save(),s&&(this.#n?.isConnected?this.#n:this.#t.launcher).focus(),this.#f("close",{})}async ask(n){let s=String(
n).trim();return s===""||!this.isConnected?null:(!this.#e.inline&&!this.#o.conversation.opened&&this.open(),(await this.#o.ask(s))?.answer??null)}clear(){let n=this.#i;
this.#o.clear(),this.#d(),n&&this.#t.enter()}connectedCallback(){this.#e=P(this,t),this.#s||(this.#s=!0,this.#a()),this.#c(),this.#t.panel.follow(),this.#h()}disconnectedCallback(){
this.#t.panel.unfollow(),this.#t.panel.hide(),e(this),queueMicrotask(()=>this.isConnected||this.#o.stop())}attributeChangedCallback(){if(!this.#s)return;let{endpoint:n}=this.#e;
if(this.#e=P(this,t),this.#e.endpoint!==n){let{opened:s}=this.#o.conversation;this.#a(),this.#o.conversation.opened=s}this.#c(),this.#h()}get#i(){return this.shadowRoot?.
activeElement!==null}#l(){let{endpoint:n,key:s,passages:r,filters:i,texts:a,language:c}=this.#e;return{service:{endpoint:n??"",credentials:"omit",key:()=>s},request:{
...r===null?{}:{k:Number(r)},filters:i},longest:F,texts:a,language:fe(c),level:3,newTab:!0,unfolded:!1,icons:!0,explained:!1,mended:!1,copyButton:()=>null,tell:(u,d)=>this.#f(
u,d)}}#a(){let n=[...document.querySelectorAll(`${E}:not([id])`)].indexOf(this),s=this.id||(n>0?n+1:"");this.#o.replace(new C(`footnote ${this.#e.endpoint} ${s}`.
trimEnd())),this.#r=""}#c(){let{language:n,texts:s,greeting:r,suggestions:i}=this.#e;this.#t.apply(this.#e),this.#u(),this.#o.set(this.#l());let a=JSON.stringify(
[n,s,r,i]);a!==this.#r&&(this.#r=a,this.#o.showAll(),this.#d(),this.#t.scroll())}#u(){this.#t.follow(this.#e,this.#o.conversation.turns.length>0)}#d(){this.#o.conversation.
turns.length===0&&this.#t.greet(this.#e)}#h(){this.isConnected&&this.#o.conversation.opened&&!this.#e.inline&&(this.#t.panel.show(),this.#t.scroll())}#m({failure:n}){
n?.message&&q(n.message),this.#t.scroll()}#f(n,s){if(!At.includes(n))return!0;let r=n==="source";return this.dispatchEvent(new CustomEvent(`footnote-${n}`,{bubbles:!0,
composed:!0,cancelable:r,detail:s}))}#g(n){n.isComposing||(n.key==="Escape"&&this.#o.conversation.opened&&!this.#e.inline?(n.preventDefault(),n.stopPropagation(),
this.close()):n.key==="Enter"&&!n.shiftKey&&n.target===this.#t.field&&(n.preventDefault(),this.#p()))}#p(){let n=this.#t.field.value;n.trim()!==""&&(this.#t.field.
value="",this.ask(n)),this.#t.enter()}}}var A=document.currentScript instanceof HTMLScriptElement?document.currentScript:null,Ot=S(A===null?null:".",A?.src)?.href.replace(/\/$/,"")??null,Re=new WeakSet;
function Fe(t){if(document.body){t();return}let e=new MutationObserver(()=>{document.body&&(e.disconnect(),t())});e.observe(document.documentElement,{childList:!0})}
function Ie(t){if(document.querySelector(E)!==null||t.dataset.mode==="none")return;let e=document.createElement(E);e.setAttribute("mode","launcher");for(let o of R){
let n=t.dataset[o];n!==void 0&&e.setAttribute(o,n)}Re.add(e),document.body.append(e)}function Ct(t){Re.has(t)&&t.parentNode!==null&&Fe(()=>document.querySelector(
E)??document.body.append(t))}customElements.get(E)===void 0&&customElements.define(E,je(Ot,Ct));A!==null&&document.readyState==="loading"?document.addEventListener(
"DOMContentLoaded",()=>Ie(A),{once:!0}):A!==null&&Fe(()=>Ie(A));})();
