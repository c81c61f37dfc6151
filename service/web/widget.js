/* Bundled from service/web/widget and service/web/chat with: npm run build */
"use strict";(()=>{function a(t,e={},...o){let n=document.createElement(t);for(let[s,r]of Object.entries(e))r!=null&&n.setAttribute(s,r);return n.append(...o.filter(s=>s!==null)),
n}function b(t,e,o){let n=a("button",{type:"button",...t},...e);return n.addEventListener("click",o),n}function C(t,e,...o){return a(`h${t}`,e,...o)}function T(t){
return{lang:t,dir:"auto"}}function K(t,e){return a("bdi",{lang:e},t)}var G=0;function Y(t){return G+=1,`${t}-${G}`}function k(t,e){try{let o=new URL(t??"",e);return t&&
["http:","https:"].includes(o.protocol)?o:null}catch{return null}}var f=class t extends Error{constructor(e,{message:o="",details:n=[],status:s=null}={}){super(o),this.kind=e,this.details=n,this.status=s}get retry(){return this.
kind!=="rejected"&&this.kind!=="tooLong"}static of(e){return e instanceof t?e:new t("unreadable",{message:String(e)})}},Le={401:"refused",403:"refused",404:"unr\
eachable",405:"unreachable",408:"busy",429:"busy"};function O(t,e){let{detail:o="",errors:n=[]}=e??{},s=Array.from(n,c=>({pointer:String(c?.pointer),detail:String(
c?.detail)})),r=[o,...s.map(c=>`${c.pointer}: ${c.detail}`)].filter(c=>c!==""),i=s.length>0?s.map(c=>c.detail):o===""?[]:[String(o)],l=Le[t]??(t>=400&&t<500?"re\
jected":"busy");return new f(l,{message:r.join(" ")||`status ${t}`,details:i,status:t})}function w(t){try{return JSON.parse(t)}catch{throw new f("unreadable")}}function q(t){try{if(ze(t))return t}catch{}throw new f("unreadable")}function ze({status:t,answer:e,confidence:o,passages:n,interpretation:s}){return(t==="answe\
red"?Q(e):t==="not_found")&&typeof o.level=="string"&&n.every(Ne)&&Array.isArray(s?.turns??[])}function Ne({text:t,highlights:e,citation:o,also_found_in:n}){return Q(
{text:t,citation:o})&&Array.isArray(e)&&n.every(V)}function Q({text:t,citation:e}){return typeof t=="string"&&V(e)}function V({title:t,href:e,authors:o,section:n,
publisher:s,published:r,language:i,url:l,source_href:c}){return[t,e,...o].every(u=>typeof u=="string")&&[n,s,r,i,l,c].every(u=>typeof(u??"")=="string")}var $e=12,Me=20,je=4e5,A=class{#e;constructor(e){this.#e=e;let{turns:o,opened:n,draft:s}=Ie(e);this.turns=o,this.opened=n,this.draft=s}before(e){return this.turns.
slice(0,e.alone?0:this.turns.indexOf(e)).flatMap(({question:o,answer:n})=>n===void 0?[]:[{role:"user",content:o},{role:"assistant",content:n.answer?.text??""}]).
slice(-$e)}clear(){this.turns=[],this.draft="",this.save()}save(){let{opened:e,draft:o}=this,n=this.turns.slice(-Me).map(({asking:r,failure:i,...l})=>l),s=JSON.
stringify({opened:e,draft:o,turns:n});for(;s.length>je&&n.length>0;)n.shift(),s=JSON.stringify({opened:e,draft:o,turns:n});try{e||o!==""||n.length>0?sessionStorage.
setItem(this.#e,s):sessionStorage.removeItem(this.#e)}catch{}}};function Z(t,{interpretation:e}){let n=(e?.turns??[]).filter(s=>t[s]!==void 0).sort((s,r)=>s-r).
map(s=>t.slice(0,s+1).findLast(({role:r})=>r==="user")?.content??"");return[...new Set(n)]}function Ie(t){try{let{turns:e,opened:o,draft:n}=JSON.parse(sessionStorage.
getItem(t)??"{}");return{turns:Array.isArray(e)?e.flatMap(Re):[],opened:o===!0,draft:typeof n=="string"?n:""}}catch{return{turns:[],opened:!1,draft:""}}}function Re(t){
try{let{question:e,alone:o,answer:n,readWith:s=[],rated:r=null}=t,i=[e,...s].every(c=>typeof c=="string")&&(r===null||typeof r.id=="string"&&["up","down"].includes(
r.rating)),l=n===void 0?{}:{answer:q(n),readWith:s,rated:r};return i?[{question:e,alone:o===!0,...l}]:[]}catch{return[]}}function Fe(){let t="",e=!1,o="",n=[];return s=>{if(s==="")return[];let r=(t+(e&&s.startsWith(`
`)?s.slice(1):s)).split(/\r\n|\n|\r/);e=s.endsWith("\r"),t=r.pop()??"";let i=[];for(let l of r){let[,c="",u=""]=/^([^:]*):? ?(.*)$/s.exec(l)??[];l===""?(n.length>
0&&i.push({type:o,data:n.join(`
`)}),o="",n=[]):c==="event"?o=u:c==="data"&&n.push(u)}return i}}async function X(t){let e=Fe(),o=null,n=[];for await(let s of t)for(let{type:r,data:i}of e(s))if(r===
"answer")o=w(i);else if(r==="passage")n.push(w(i));else if(r==="error"){let l=w(i);throw O(Number(l?.status),l)}else if(r==="done"){if(o===null||w(i)?.passages!==
n.length)throw new f("cutOff");return{...o,passages:n}}throw new f("cutOff")}var Pe=3e4,_e=5e3;function ee(t,e,o){return te(t,"/v1/chat",{method:"POST",body:e,accept:"text/event-stream, application/json;q=0.5",signal:o},async(s,r)=>q(ne(
s)==="text/event-stream"?await X(r):w(await F(r))))}function R(t,e,o={}){return te(t,e,o,async(n,s)=>({response:n,text:await F(s)}))}async function te(t,e,o,n){
for(;;){let s=t.key();try{return await We(t,e,s,o,n)}catch(r){if(!(r instanceof f&&r.status===401)||t.askKey===void 0)throw r;await t.askKey(s,o.signal)}}}async function We({
endpoint:t,credentials:e},o,n,{method:s="GET",body:r,accept:i,ignoreBOM:l,signal:c},u){if(t==="")throw new f("unreachable",{message:"it is not known where to as\
k; set the attribute endpoint."});let d=new AbortController;c?.addEventListener("abort",()=>d.abort(new f("stopped")),{once:!0});let h=0,p=()=>{clearTimeout(h),
h=setTimeout(()=>d.abort(new f("slow")),Pe)};p();let m=!1;try{let g=await fetch(t+o,{method:s,credentials:e,body:r===void 0?null:JSON.stringify(r),headers:{...n===
""?{}:{Authorization:`Bearer ${n}`},...r===void 0?{}:{"Content-Type":"application/json"},...i===void 0?{}:{Accept:i}},referrerPolicy:"no-referrer",signal:d.signal});
m=!0;let v=He(g,p,l===!0);if(!g.ok){let E=await F(v);throw O(g.status,ne(g)==="application/problem+json"?w(E):null)}return await u(g,v)}catch(g){throw d.signal.
aborted?d.signal.reason:g instanceof f?g:m?new f("cutOff"):await De(t)}finally{clearTimeout(h),d.abort()}}function ne(t){return(t.headers.get("Content-Type")??"").
split(";")[0]?.trim().toLowerCase()}async function*He(t,e,o){let n=t.body?.getReader(),s=new TextDecoder("utf-8",{ignoreBOM:o});for(let r=await n?.read();r!==void 0&&
!r.done;r=await n?.read())e(),yield s.decode(r.value,{stream:!0})}async function F(t){let e="";for await(let o of t)e+=o;return e}async function De(t){if(new URL(
t).origin===location.origin)return new f("unreachable");try{let{ok:o}=await fetch(`${t}/widget.js`,{method:"HEAD",cache:"no-store",credentials:"omit",referrerPolicy:"\
no-referrer",signal:AbortSignal.timeout(_e)});if(!o)return new f("unreachable")}catch{return new f("unreachable")}let e=`${t} does not allow ${location.origin};\
 its operator can, with FOOTNOTE_ORIGINS.`;return new f("refused",{message:e})}var oe=["up","down"],Be=[403,404,405];function se(t,e,{service:o,texts:n,icons:s,tell:r},i){let l=e.status==="answered"?{up:n.up,down:n.down}:{up:n.upMissing,down:n.
downMissing},c=oe.map(v=>b({class:`small thumb ${v}`,part:`thumb-${v}`,title:s?l[v]:null},[Ke(),a("span",{class:s?"unseen":null},l[v])],()=>p(v))),u=a("span",{class:"\
unsaved"}),d=!1;function h(){c.forEach((v,E)=>{v.setAttribute("aria-pressed",String(t.rated?.rating===oe[E]))})}async function p(v){if(!d){d=!0,u.textContent="";
try{await Je(o,t,Ge(t.question,i.history(),e,v)),i.rated()}catch(E){!t.rated&&Be.includes(f.of(E).status??0)?i.refused():(u.textContent=n.unsaved,r("unsaved",{}))}
d=!1,i.save(),h()}}h();let m=s?a("span",{},n.helpful):null,g={class:"feedback",part:"feedback",role:"group","aria-label":n.helpful};return a("div",g,m,...c,u)}async function Je(t,e,o){
let n=e.rated??null;if(n!==null&&(await Ue(t,n.id),e.rated=null),n?.rating!==o.rating){let{text:s}=await R(t,"/v1/feedback",{method:"POST",body:o});e.rated={rating:o.
rating,id:String(w(s).id)}}}async function Ue(t,e){try{await R(t,`/v1/feedback/${encodeURIComponent(e)}`,{method:"DELETE"})}catch(o){if(f.of(o).status!==404)throw o}}
function Ge(t,e,{status:o,passages:[n],generation:s},r){if(o==="not_found"||n===void 0)return{question:t,history:e,status:o,rating:r,passage:null,generation:s};
let{document_id:i,revision:l,start:c,end:u}=n.citation,d=n.highlights[0]??{start:0,end:[...n.text].length},h={document_id:i,revision:l,start:c,end:u,text:n.text,
highlight:d};return{question:t,history:e,status:o,rating:r,passage:h,generation:s}}function Ke(){let t="http://www.w3.org/2000/svg",e=document.createElementNS(t,
"svg");e.setAttribute("viewBox","0 0 24 24"),e.setAttribute("aria-hidden","true");let o=document.createElementNS(t,"path");return o.setAttribute("d","M3 10h4v11\
H3zM7 10l4.5-7.5c2 0 3 1.2 2.5 3L13 9h6.5c1.4 0 2 1 1.8 2.2l-1.6 7.6C19.4 20.2 18.5 21 17 21H7"),e.append(o),e}var P={title:"Ask the documents",greeting:"Ask a question. The answer comes in the documents’ own words, with its source.",placeholder:"Your question",ask:"As\
k",close:"Close",restart:"New conversation",conversation:"Conversation",asked:"You asked:",searching:"Looking in the documents…",stop:"Stop",found:"The docume\
nts say",retry:"Try again",notFound:"Not in these documents.",notFoundWhy:"No passage answers this question well enough to be quoted as an answer.",context:"Rea\
d together with “{question}”.",alone:"Ask it alone",passage:"The passage around it",passages:"The passage around it, and {n} more",nearestOne:"The nearest p\
assage",nearest:"The {n} nearest passages",page:"p. {n}",original:"original at {host}",alsoIn:"Word for word also in",newTab:"(opens in a new tab)",very_high:"C\
onfidence: very high.",high:"Confidence: high.",medium:"Confidence: medium. Read the passage before you quote it.",low:"Confidence: low. Read the passage: it ma\
y not answer the question.",helpful:"Was this helpful?",up:"Helpful",down:"Not helpful",upMissing:"Right, it is not there",downMissing:"Wrong, it is there",unsaved:"\
Your rating could not be saved. Try again.",unanswered:"No answer came.",unreachable:"The service cannot be reached. It may have stopped, or the connection is d\
own.",refused:"The service does not take questions from this site.",slow:"The service has sent nothing for 30 seconds. It may be busy.",cutOff:"The answer was c\
ut off before it was complete.",unreadable:"The service answered in a way that cannot be read here.",busy:"The service cannot answer at the moment.",rejected:"T\
he service cannot use this question.",tooLong:"This question is too long. At most 2,000 characters can be asked.",stopped:"Stopped."};var Ye={title:"Pregunte a los documentos",greeting:"Haga una pregunta. La respuesta viene en las palabras de los documentos, con su fuente.",placeholder:"Su pre\
gunta",ask:"Preguntar",close:"Cerrar",restart:"Nueva conversación",conversation:"Conversación",asked:"Usted preguntó:",searching:"Buscando en los documentos…",
stop:"Detener",found:"Los documentos dicen",retry:"Intentar de nuevo",notFound:"No está en estos documentos.",notFoundWhy:"Ningún pasaje responde a esta pregun\
ta lo bastante bien como para citarlo como respuesta.",context:"Leída junto con «{question}».",alone:"Preguntar sin contexto",passage:"El pasaje completo",passages:"\
El pasaje completo y {n} más",nearestOne:"El pasaje más cercano",nearest:"Los {n} pasajes más cercanos",page:"p. {n}",original:"original en {host}",alsoIn:"P\
alabra por palabra también en",newTab:"(se abre en otra pestaña)",very_high:"Confianza: muy alta.",high:"Confianza: alta.",medium:"Confianza: media. Lea el pa\
saje antes de citarlo.",low:"Confianza: baja. Lea el pasaje: puede que no responda a la pregunta.",helpful:"¿Le ha servido?",up:"Útil",down:"No útil",upMissing:"\
Correcto, no está",downMissing:"Incorrecto, sí está",unsaved:"No se pudo guardar su valoración. Inténtelo de nuevo.",unanswered:"No llegó ninguna respuesta\
.",unreachable:"No se puede conectar con el servicio. Quizá se ha detenido o no hay conexión.",refused:"El servicio no acepta preguntas desde este sitio.",slow:"\
El servicio no ha enviado nada en 30 segundos. Quizá está ocupado.",cutOff:"La respuesta se cortó antes de estar completa.",unreadable:"El servicio respondió\
 de una forma que aquí no se puede leer.",busy:"El servicio no puede responder en este momento.",rejected:"El servicio no puede usar esta pregunta.",tooLong:"E\
sta pregunta es demasiado larga. Se admiten 2.000 caracteres como máximo.",stopped:"Detenida."},re=Ye;var Qe={en:P,es:re},L=P;function z(t){return Qe[(t.split("-")[0]??"").toLowerCase()]}function x(t,e){return t.replace(/\{(\w+)\}/g,(o,n)=>String(e[n]??o))}function Ve({authors:t,title:e,section:o,page:n,publisher:s,published:r},{texts:i,language:l}){return[["authors",Xe(t,l)],["title",e],["section",o===e?null:o&&`\
“${o}”`],["page",n==null?null:x(i.page,{n})],["publisher",s],["published",r&&et(r,l)]].flatMap(([u,d])=>d?[{kind:u,text:d}]:[])}function _(t,e){let o=Ve(t,e).
map(({kind:s,text:r})=>{switch(s){case"title":return W(t,e);case"page":return r;case"published":return a("time",{datetime:t.published},r);default:return K(r,t.language)}}),
n=Ze(t,e);return a("p",{class:"source",part:"source"},...H([...o,n],", "),".")}function W(t,e){let{endpoint:o}=e.service,n=a("cite",T(t.language),t.title),s=k(t.
href,o);return s===null||s.origin!==k(o)?.origin?n:ie(s,n,t,e)}function Ze(t,e){let o=k(t.source_href??t.url);return o===null?null:ie(o,x(e.texts.original,{host:o.
host}),t,e)}function ie({href:t},e,o,{texts:n,newTab:s,tell:r}){let l=a("a",{href:t,rel:"noopener noreferrer",part:"link",...s?{target:"_blank"}:{}},e);return s&&
l.append(a("span",{class:"unseen"},` ${n.newTab}`)),l.addEventListener("click",c=>{r("source",{href:t,citation:o})||c.preventDefault()}),l}function H(t,e){return t.
filter(n=>n!==null).flatMap((n,s)=>s===0?[n]:[e,n])}function Xe(t,e){return new Intl.ListFormat(e).format(t)}function et(t,e){let o=new Date(`${t}T00:00:00Z`),n=new Intl.
DateTimeFormat(e,{dateStyle:"long",timeZone:"UTC"});return Number.isNaN(o.getTime())?t:n.format(o)}function tt(t,e){let o=new Map,n=0,s=0;for(let r of[...new Set(e)].sort((i,l)=>i-l)){for(;n<r&&s<t.length;)s+=(t.codePointAt(s)??0)>65535?2:1,n+=1;n===r&&o.set(
r,s)}return o}function ae(t,e){let o=tt(t,e.flatMap(({start:s,end:r})=>[s,r])),n=[];for(let s of[...e].sort((r,i)=>r.start-i.start)){let r=o.get(s.start),i=o.get(
s.end),l=n.at(-1);r===void 0||i===void 0||r>=i||(l!==void 0&&r<=l.end?l.end=Math.max(l.end,i):n.push({start:r,end:i}))}return n}function le(t,e,o){let n=[],s=0;for(let r of e)n.push(...D(t,{start:s,end:r.start},o),r.start<r.end?a("mark",{part:"mark"},...D(t,r,o)):a("span",{class:"place"})),
s=r.end;return[...n,...D(t,{start:s,end:t.length},o)]}function D(t,e,o){let n=[],s=e.start;for(let{start:r,end:i,level:l}of o){let[c,u]=[Math.max(r,e.start),Math.
min(i,e.end)];if(c<u){let d=l===void 0?{}:{role:"heading","aria-level":String(l)};n.push(t.slice(s,c),a("span",{class:"heading",...d},t.slice(c,u))),s=u}}return n.
push(t.slice(s,e.end)),n.filter(r=>r!=="")}function ce(t,e,o){let n=t.indexOf(`
`,e),s=n===-1?t.length:n;return o&&t.slice(e,s).includes(o)?[{start:e,end:s}]:[]}function ue({status:t,answer:e,confidence:o,passages:n},s,r){let{texts:i,unfolded:l,copyButton:c}=s,u=t==="answered"?e:null,d=n.length,h=u===null?x(d===1?i.nearestOne:
i.nearest,{n:d}):x(d===1?i.passage:i.passages,{n:d-1}),p=u===null?null:c(u.text,u.citation);return[u===null?nt(s):ot(u,o.level,s),p===null&&r===null?null:a("div",
{class:"tools"},p,r),d===0?null:a("details",{part:"passages",open:u!==null&&l?"":null},a("summary",{},h),a("ol",{class:"passages"},...n.map(m=>rt(m,s))))]}function B(t,e){
return C(e,{class:"outcome",tabindex:"-1"},t)}function nt({texts:t,level:e}){let o=B(t.notFound,e+1);return a("div",{class:"not-found",part:"not-found"},o,a("p",
{},t.notFoundWhy))}function ot({text:t,citation:e},o,n){let{texts:s,level:r}=n;return a("figure",{},B(s.found,r+1),a("blockquote",{class:"quotation",part:"quota\
tion",...T(e.language)},a("span",{class:"quoted"},t)),a("p",{class:"confidence",part:"confidence"},st(o,s)),a("figcaption",{},_(e,n)))}function st(t,e){return t===
"very_high"||t==="high"||t==="medium"||t==="low"?e[t]:null}function rt({text:t,highlights:e,citation:o,also_found_in:n},s){let r=le(t,ae(t,e),ce(t,0,o.section)),
i=H(n.map(l=>W(l,s)),", ");return a("li",{},a("blockquote",{class:"passage",part:"passage",...T(o.language)},...r),_(o,s),i.length===0?null:a("p",{class:"source",
part:"source"},`${s.texts.alsoIn} `,...i,"."),s.copyButton(t,o))}function de(t,{texts:e,explained:o,level:n},s){let[r="",...i]=it(t,e,o),l=a("div",{class:"failu\
re",part:"failure"},B(r,n),...i.map(c=>a("p",{},c)));return t.retry&&l.append(b({class:"small",part:"retry"},[e.retry],s)),l}function it({kind:t,details:e,status:o},n,s){
if(s&&e.length>0)return e;let[r="",...i]=n[t].split(/(?<=[.!?]) /);return[s&&o!==null?`${r.replace(/\.$/,"")} (status ${o}).`:r,...i]}function he(t,e,{stop:o,retry:n,askAlone:s},r){let{texts:i,level:l}=e,c=Y("question"),u=i.asked===""?null:a("span",{class:"unseen"},`${i.asked} `),d=C(l,{class:"\
question",part:"question",id:c,dir:"auto"},u,t.question);return a("article",{class:"turn",part:"turn","aria-labelledby":c},d,h());function h(){if(t.asking!==void 0)
return at(e,o);if(t.answer===void 0){let m=t.failure??new f("unanswered");return de(m,{...e,level:l+1},n)}let p=ue(t.answer,e,r);return a("div",{class:"answer",
part:"answer"},lt(t,e,s),...p)}}function at({texts:t},e){return a("div",{class:"searching",part:"searching"},a("p",{},a("span",{},t.searching)),b({class:"small",
part:"stop"},[t.stop],e))}function lt({readWith:t=[]},{texts:e},o){if(t.length===0)return null;let[n="",s=""]=e.context.split("{question}");return a("div",{class:"\
context",part:"context"},...t.map(r=>a("p",{},n,a("bdi",{},r),s)),b({class:"small",part:"alone"},[e.alone],o))}var N=class{#e;#n;#s;#t=new Map;#i=!0;constructor(e,o,n,s){this.#n=e,this.#e=o,this.#s=s,this.conversation=n}replace(e){this.stop(),this.#i=!0,this.conversation=
e}set(e){this.#e=e}showAll(){this.#t.clear(),this.#n.replaceChildren();for(let e of this.conversation.turns)this.#a(e);this.#s.changed()}get asking(){return this.
conversation.turns.find(({asking:e})=>e!==void 0)??null}async ask(e,o=!1){this.stop();let n={question:e,alone:o};if(this.#e.mended)for(let s of this.conversation.
turns.filter(({answer:r})=>r===void 0))this.#r(s);return this.conversation.turns.push(n),this.#e.tell("question",{question:e}),this.#d(n)}stop(){let e=this.asking;
return e!==null&&(e.asking?.abort(),delete e.asking,e.failure=new f("stopped"),this.#a(e)),e}withdraw(){let e=this.stop();return e!==null&&this.#r(e),e}clear(){
this.stop(),this.conversation.clear(),this.showAll()}#r(e){this.conversation.turns=this.conversation.turns.filter(o=>o!==e),this.#t.get(e)?.remove(),this.#t.delete(
e),this.#s.changed()}#l(e,o){this.stop(),e.alone=o,this.#e.tell("question",{question:e.question}),this.#d(e)}async#d(e){let{service:o,request:n,longest:s,texts:r,
tell:i,mended:l}=this.#e,{question:c,alone:u=!1}=e,d=new AbortController;delete e.failure,delete e.answer,delete e.rated,e.asking=d,delete e.readWith;let h=this.
conversation.before(e);this.conversation.draft=l?c:"",this.conversation.save(),this.#s.began(e,this.#a(e));let p=null,m=null;try{if([...c].length>s)throw new f(
"tooLong");let g=[...h,{role:"user",content:c}];p=await ee(o,{messages:g,context:!u,...n},d.signal)}catch(g){m=f.of(g)}return e.asking!==d?null:(delete e.asking,
m!==null?e.failure=m:p!==null&&(e.answer=p,e.readWith=Z(h,p),this.conversation.draft=""),this.conversation.save(),this.#s.ended(e,this.#a(e)),m!==null?i("error",
{question:c,kind:m.kind,message:r[m.kind]}):i("answer",{question:c,answer:p}),e)}#a(e){let o=this.#t.get(e),n=he(e,this.#e,{stop:()=>this.#s.stop(),retry:()=>this.#l(
e,e.alone??!1),askAlone:()=>this.#l(e,!0)},this.#u(e)),s=this.#n.contains(this.#c());return this.#t.set(e,n),o!==void 0?o.replaceWith(n):this.#t.size===1?this.#n.
replaceChildren(n):this.#n.append(n),this.#s.changed(),s&&this.#h(),n}#h(){this.#c()===null&&this.#n.focus({preventScroll:!0})}#c(){let e=this.#n.getRootNode().
activeElement;return e===document.body?null:e}#u(e){let{answer:o}=e;if(o===void 0||!this.#i)return null;let{tell:n}=this.#e;return se(e,o,this.#e,{history:()=>this.
conversation.before(e),save:()=>this.conversation.save(),rated:()=>n("feedback",{question:e.question,rating:e.rated?.rating??null}),refused:()=>{this.#i=!1;for(let s of this.#n.
querySelectorAll(".feedback"))s.remove();this.#h(),n("unrated",{})}})}};var fe={light:[.984,.973,.945],dark:[.102,.09,.078]};function ge(t){let e=U(t,[1,1,1])>=U(t,[0,0,0])?"#fff":"#000",o=`--accent-ink: ${J(pe(t,fe.dark,1))};`;return`\
.root { --accent: ${J(t)} !important; --on-accent: ${e} !important;
    --accent-ink: ${J(pe(t,fe.light,0))}; }
    @media (prefers-color-scheme: dark) { .root[data-theme="auto"] { ${o} } }
    .root[data-theme="dark"] { ${o} }`}function pe(t,e,o){for(let n=0;n<1;n+=.05){let s=t.map(r=>r+(o-r)*n);if(U(s,e)>=4.6)return s}return[o,o,o]}function U(t,e){
let[o,n]=[me(t),me(e)];return(Math.max(o,n)+.05)/(Math.min(o,n)+.05)}function me(t){let[e=0,o=0,n=0]=t.map(s=>s<=.04045?s/12.92:((s+.055)/1.055)**2.4);return .2126*
e+.7152*o+.0722*n}function J(t){return`rgb(${t.map(e=>Math.round(e*255)).join(" ")})`}function be(t){let e=(t.match(/-?[\d.]+(e-?\d+)?/g)??[]).map(Number),o=t.startsWith(
"rgb")?255:1;return e.length<3||(e[3]??1)<1?null:e.slice(0,3).map(n=>Math.min(Math.max(n/o,0),1))}var ct=["title","greeting","placeholder","disclaimer"],$=["endpoint","key","colour","color","position","theme","language","texts","suggestions","passages","filt\
ers",...ct],ke=["publisher","document_id","language","tag","published"],ut=/^(ar|arc|ckb|dv|fa|he|ks|ku-arab|ps|sd|syr|ug|ur|yi)(-|$)/i,ve=new Set;function M(t){
ve.has(t)||(ve.add(t),console.warn(`Footnote: ${t}`))}function j(t,e){let{read:o,oneOf:n}=dt(t),s=`a JSON object of texts, with keys among ${Object.keys(L).join(
", ")}`,r=o("texts",null,pt,s),i=t.closest("[lang]")?.getAttribute("lang")||document.documentElement.lang,l=z(i)===void 0&&r===null?"en":i||"en",c=o("language",
we(l)??"en",h=>z(h)===void 0&&r===null?null:we(h),"en, es, or a language whose texts the attribute texts gives"),u={...z(c)??L,...r},d=t.hasAttribute("colour")?
"colour":"color";return{endpoint:o("endpoint",e,ht,"an address such as https://ask.example.org"),key:o("key","",h=>/^[!-~]+$/.test(h)?h:null,"a key as the servi\
ce's operator gives it"),inline:o("mode","inline",n("inline","launcher"),"inline or launcher")==="inline",title:t.getAttribute("title")?.trim()||u.title,colour:o(
d,null,h=>CSS.supports("color",h)?h:null,"a CSS colour such as #0b5394"),corner:o("position",["bottom","end"],ft,"bottom or top, a hyphen, and end, start, left \
or right"),theme:o("theme","auto",n("auto","light","dark"),"auto, light or dark"),language:c,direction:ut.test(c)?"rtl":"ltr",texts:u,greeting:t.getAttribute("g\
reeting")??u.greeting,placeholder:t.getAttribute("placeholder")||u.placeholder,disclaimer:t.getAttribute("disclaimer")??"",suggestions:o("suggestions",[],gt,"a \
JSON list of questions"),passages:o("passages",null,h=>/^([1-9]\d?|100)$/.test(h)?Number(h):null,"a whole number from 1 to 100"),filters:o("filters",{},mt,`a JS\
ON object with keys among ${ke.join(", ")}`)}}function dt(t){return{read(e,o,n,s){let r=t.getAttribute(e)?.trim()??"";if(r==="")return o;try{let l=n(r);if(l!==null)
return l}catch{}let i=r.length>60?`${r.slice(0,60)}…`:r;return M(`the attribute ${e} must be ${s}, not "${i}". The default is used.`),o},oneOf:(...e)=>o=>e.includes(
o)?o:null}}function ht(t){return k(t)?.href.replace(/\/$/,"")??null}function we(t){try{return Intl.getCanonicalLocales(t)[0]??null}catch{return null}}function ft(t){
return/^(bottom|top)-(start|end|left|right)$/.test(t)?t.split("-"):null}function pt(t){let e=ye(t,Object.keys(L));return e!==null&&Object.values(e).every(o=>typeof o==
"string")?e:null}function mt(t){return ye(t,ke)}function ye(t,e){let o=JSON.parse(t);return typeof o=="object"&&o!==null&&Object.keys(o).every(s=>e.includes(s))?
o:null}function gt(t){let e=JSON.parse(t);return Array.isArray(e)&&e.every(o=>typeof o=="string")?e:null}var bt="(max-width: 30em), (max-height: 26em)",I=class{#e;#n;#s;#t=a("section");#i=matchMedia(bt);#r=null;constructor(e,o,n){this.#e=e,this.#n=o,this.#s=n}place(e,o,n){
let s=o?"section":"dialog";(this.#t.localName!==s||this.#t.firstChild===null)&&(this.hide(),this.#t=a(s,{id:"panel",part:"panel","aria-labelledby":"title"},this.#e),
this.#t.addEventListener("cancel",i=>{i.preventDefault(),this.#s()}),this.#t.addEventListener("close",()=>{this.#t.isConnected&&!this.#l?.open&&this.#s()}),e.replaceChildren(
...o?[this.#t]:[this.#n,this.#t])),this.#n.className=["launcher",...n].join(" ");let r=this.#d?["covering"]:[];this.#t.className=["frame",...o?[]:n,...r].join("\
 ")}get#l(){return this.#t instanceof HTMLDialogElement?this.#t:null}get#d(){return this.#t.getAttribute("aria-modal")==="true"}show(){let e=this.#l;if(e===null||
e.open)return;let o=this.#i.matches;if(this.#n.setAttribute("aria-expanded","true"),this.#t.classList.toggle("covering",o),o){e.setAttribute("aria-modal","true"),
e.showModal();let n=document.documentElement.style;this.#r=n.overflow,n.overflow="hidden"}else e.open=!0}hide(){this.#n.setAttribute("aria-expanded","false"),this.#l?.
close(),this.#t.removeAttribute("aria-modal"),this.#r!==null&&(document.documentElement.style.overflow=this.#r,this.#r=null)}follow(){this.#i.addEventListener("\
change",this.#a),this.#a()}unfollow(){this.#i.removeEventListener("change",this.#a)}#a=()=>{if(this.#l?.open&&this.#i.matches!==this.#d){let e=this.#t.getRootNode(),
o=e instanceof ShadowRoot?e.activeElement:null;this.hide(),this.show(),o?.focus()}}};var xe=`
    color-scheme: dark;
    --paper: var(--footnote-paper, #1a1714);
    --ink: var(--footnote-ink, #ebe4d8);
    --quiet: var(--footnote-quiet, #b5ac9f);
    --line: var(--footnote-line, #83796c);
    --tint: var(--footnote-tint, #2b2621);
    --mark: var(--footnote-mark, #5a4420);
    --accent: #efa48f;
    --on-accent: #1f1410;
    --accent-ink: #efa48f;`,Se=`
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
@media (prefers-color-scheme: dark) { .root[data-theme="auto"] { ${xe} } }
.root[data-theme="dark"] { ${xe} }
* { box-sizing: border-box; }
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
.launcher::before, .title::before { content: "*"; content: "*" / ""; margin-inline-end: 0.35em; }
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
.log { flex: 1; position: relative; min-block-size: 5em; overflow-y: auto; overscroll-behavior: contain; padding: 1em; }
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
.feedback { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25em; margin-block-start: 0.75em; }
.feedback button { min-inline-size: 2.25em; min-block-size: 2.25em; padding: 0.3em; border-color: transparent; line-height: 0; }
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
`;var y="footnote-chat",Ee=2e3,vt=["open","close","question","answer","source","feedback","error"],Te=new CSSStyleSheet;Te.replaceSync(Se);function Ae(t,e){return class extends HTMLElement{static observedAttributes=[
...$,"mode"];#e=j(document.createElement("div"),t);#n=!1;#s="";#t=null;#i=new CSSStyleSheet;#r=a("div",{class:"root",title:""});#l=b({part:"launcher","aria-cont\
rols":"panel"},[],()=>this.#O());#d=a("h2",{class:"title",part:"title",id:"title"});#a=b({part:"restart"},[],()=>this.clear());#h=b({class:"close",part:"close"},
["×"],()=>this.close());#c=a("div",{class:"log",part:"log",role:"log",tabindex:"0"});#u=a("textarea",{part:"field",rows:"1",maxlength:String(Ee),enterkeyhint:"\
send",autocomplete:"off"});#k=b({class:"send",part:"send"},[],()=>this.#A());#m=a("p",{class:"disclaimer",part:"disclaimer"});#g=a("div",{class:"chat",part:"cha\
t"},a("div",{class:"header",part:"header"},this.#d,this.#a,this.#h),this.#c,a("div",{class:"writing",part:"writing"},this.#u,this.#k),this.#m);#f=new I(this.#g,
this.#l,()=>this.close());#o=new N(this.#c,this.#x(),new A(""),{stop:()=>this.#o.stop(),began:()=>this.#p(),ended:n=>this.#q(n),changed:()=>{this.#a.hidden=this.#o.
conversation.turns.length===0}});constructor(){super();let n=this.attachShadow({mode:"open"});n.adoptedStyleSheets=[Te,this.#i],n.append(this.#r),this.#r.addEventListener(
"keydown",s=>this.#L(s))}open(){if(!this.isConnected)return;let{conversation:n}=this.#o;if(!this.#e.inline&&!n.opened){let s=document.activeElement;this.#t=s instanceof
HTMLElement&&s!==this&&s!==document.body?s:null,n.opened=!0,this.#b(),n.save(),this.#v("open",{})}this.#w()}close(){let{conversation:n}=this.#o;if(this.#e.inline||
!n.opened)return;let s=this.#y;n.opened=!1,this.#f.hide(),n.save(),s&&(this.#t?.isConnected?this.#t:this.#l).focus(),this.#v("close",{})}async ask(n){let s=String(
n).trim();return s===""||!this.isConnected?null:(!this.#e.inline&&!this.#o.conversation.opened&&this.open(),(await this.#o.ask(s))?.answer??null)}clear(){let n=this.#y;
this.#o.clear(),this.#T(),n&&this.#w()}connectedCallback(){this.#e=j(this,t),this.#n||(this.#n=!0,this.#S()),this.#E(),this.#f.follow(),this.#b()}disconnectedCallback(){
this.#f.unfollow(),this.#f.hide(),e(this),queueMicrotask(()=>this.isConnected||this.#o.stop())}attributeChangedCallback(){if(!this.#n)return;let{endpoint:n}=this.#e;
if(this.#e=j(this,t),this.#e.endpoint!==n){let{opened:s}=this.#o.conversation;this.#S(),this.#o.conversation.opened=s}this.#E(),this.#b()}get#y(){return this.shadowRoot?.
activeElement!==null}#x(){let{endpoint:n,key:s,passages:r,filters:i,texts:l,language:c}=this.#e;return{service:{endpoint:n??"",credentials:"omit",key:()=>s},request:{
...r===null?{}:{k:r},filters:i},longest:Ee,texts:l,language:c,level:3,newTab:!0,unfolded:!1,icons:!0,explained:!1,mended:!1,copyButton:()=>null,tell:(u,d)=>this.#v(
u,d)}}#S(){let n=[...document.querySelectorAll(`${y}:not([id])`)].indexOf(this),s=this.id||(n>0?n+1:"");this.#o.replace(new A(`footnote ${this.#e.endpoint} ${s}`.
trimEnd())),this.#s=""}#E(){let{inline:n,title:s,corner:r,theme:i,language:l,direction:c,texts:u,placeholder:d,disclaimer:h}=this.#e;this.#r.dataset.theme=i,this.#d.
textContent=s,this.#l.replaceChildren(a("span",{lang:l,dir:c},s)),this.#g.lang=l,this.#g.dir=c,this.#a.textContent=u.restart,this.#h.setAttribute("aria-label",u.
close),this.#h.hidden=n,this.#c.setAttribute("aria-label",u.conversation),this.#u.placeholder=d,this.#u.setAttribute("aria-label",d),this.#k.textContent=u.ask,this.#m.
textContent=h,this.#m.hidden=h==="",this.#f.place(this.#r,n,r),this.#C(),this.#o.set(this.#x());let p=JSON.stringify([l,u,this.#e.greeting,this.#e.suggestions]);
p!==this.#s&&(this.#s=p,this.#o.showAll(),this.#T(),this.#p())}#C(){let{colour:n}=this.#e;if(this.#i.replaceSync(""),n!==null&&this.isConnected){let s=a("span",
{hidden:""});s.style.color=n,s.style.color=`color-mix(in srgb, ${n}, ${n})`,this.#r.append(s);let r=be(getComputedStyle(s).color);s.remove(),r===null?M(`the att\
ribute colour must be opaque, not "${n}". The default is used.`):this.#i.replaceSync(ge(r))}}#T(){let{greeting:n,suggestions:s}=this.#e;if(this.#o.conversation.
turns.length===0){let r=s.map(i=>b({part:"suggestion"},[a("bdi",{},i)],()=>this.ask(i)));this.#c.replaceChildren(a("p",{class:"greeting",part:"greeting",dir:"au\
to"},n),r.length===0?"":a("div",{class:"suggestions",part:"suggestions"},...r))}}#b(){this.isConnected&&this.#o.conversation.opened&&!this.#e.inline&&(this.#f.show(),
this.#p())}#O(){this.#o.conversation.opened?this.close():this.open()}#q({failure:n}){n?.message&&M(n.message),this.#p()}#v(n,s){if(!vt.includes(n))return!0;let r=n===
"source";return this.dispatchEvent(new CustomEvent(`footnote-${n}`,{bubbles:!0,composed:!0,cancelable:r,detail:s}))}#p(){let n=this.#c.lastElementChild;n instanceof
HTMLElement&&n.classList.contains("turn")&&(this.#c.scrollTop=n.offsetTop-12)}#w(){(matchMedia("(pointer: coarse)").matches?this.#c:this.#u).focus({preventScroll:!0})}#L(n){
n.isComposing||(n.key==="Escape"&&this.#o.conversation.opened&&!this.#e.inline?(n.preventDefault(),n.stopPropagation(),this.close()):n.key==="Enter"&&!n.shiftKey&&
n.target===this.#u&&(n.preventDefault(),this.#A()))}#A(){let n=this.#u.value;n.trim()!==""&&(this.#u.value="",this.ask(n)),this.#w()}}}var S=document.currentScript instanceof HTMLScriptElement?document.currentScript:null,wt=k(S===null?null:".",S?.src)?.href.replace(/\/$/,"")??null,Oe=new WeakSet;
function qe(t){if(document.body){t();return}let e=new MutationObserver(()=>{document.body&&(e.disconnect(),t())});e.observe(document.documentElement,{childList:!0})}
function Ce(t){if(document.querySelector(y)!==null||t.dataset.mode==="none")return;let e=document.createElement(y);e.setAttribute("mode","launcher");for(let o of $){
let n=t.dataset[o];n!==void 0&&e.setAttribute(o,n)}Oe.add(e),document.body.append(e)}function kt(t){Oe.has(t)&&t.parentNode!==null&&qe(()=>document.querySelector(
y)??document.body.append(t))}customElements.get(y)===void 0&&customElements.define(y,Ae(wt,kt));S!==null&&document.readyState==="loading"?document.addEventListener(
"DOMContentLoaded",()=>Ce(S),{once:!0}):S!==null&&qe(()=>Ce(S));})();
