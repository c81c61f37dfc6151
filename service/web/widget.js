/* Bundled from service/web/widget and service/web/chat with: npm run build */
"use strict";(()=>{function i(t,e={},...o){let n=document.createElement(t);for(let[s,r]of Object.entries(e))r!=null&&n.setAttribute(s,r);return n.append(...o.filter(s=>s!==null)),
n}function b(t,e,o){let n=i("button",{type:"button",...t},...e);return n.addEventListener("click",o),n}function j(t,e,...o){return i(`h${t}`,e,...o)}function A(t){
return{lang:t,dir:"auto"}}function ae(t,e){return i("bdi",{lang:e},t)}var re=0;function ie(t){return re+=1,`${t}-${re}`}function T(t,e){try{let o=new URL(t??"",
e);return t&&["http:","https:"].includes(o.protocol)?o:null}catch{return null}}var p=class t extends Error{constructor(e,{message:o="",details:n=[],status:s=null,lasting:r=!1}={}){super(o),this.kind=e,this.details=n,this.status=s,this.lasting=
r||e==="rejected"||e==="tooLong"}get retry(){return!this.lasting}static of(e){return e instanceof t?e:new t("unreadable",{message:String(e)})}},Be={401:"refused",
403:"refused",404:"unreachable",405:"unreachable",408:"busy",429:"busy"};function M(t,e){let{detail:o="",errors:n=[]}=e??{},s=Array.from(n,u=>({pointer:String(u?.
pointer),detail:String(u?.detail)})),r=[o,...s.map(u=>`${u.pointer}: ${u.detail}`)].filter(u=>u!==""),a=s.length>0?s.map(u=>u.detail):o===""?[]:[String(o)],l=s.
some(({pointer:u})=>/^\/filters/.test(u)),c=l?"refused":"rejected",d=Be[t]??(t>=400&&t<500?c:"busy");return new p(d,{message:r.join(" ")||`status ${t}`,details:a,
status:t,lasting:l})}function k(t){try{return JSON.parse(t)}catch{throw new p("unreadable")}}var He=["doubt","collection","vague"];function I(t){try{if(De(t))return t}catch{}throw new p("unreadable")}function De({status:t,reason:e,answer:o,confidence:n,
passages:s,interpretation:r}){return Ue(t,e,o)&&typeof n.level=="string"&&[n.probability,n.passage_probability].every(a=>typeof(a??0)=="number")&&s.every(Ge)&&Array.
isArray(r?.turns??[])&&typeof(r?.spelling??"")=="string"}function Ue(t,e,o){let n=(o??null)===null;switch(t){case"answered":return Q(o)&&Q(o.reply_to??o);case"u\
ncertain":return n&&He.includes(e);case"not_found":return n&&(e??null)===null;default:return!1}}function Ge({text:t,highlights:e,citation:o,also_found_in:n}){return Q(
{text:t,citation:o})&&Array.isArray(e)&&n.every(le)}function Q({text:t,citation:e}){return typeof t=="string"&&le(e)}function le({title:t,href:e,authors:o,section:n,
speaker:s,place:r,recognised:a,publisher:l,published:c,language:d,url:u,source_href:m}){return[t,e,...o].every(f=>typeof f=="string")&&[n,s,r,l,c,d,u,m].every(f=>typeof(f??
"")=="string")&&typeof(a??0)=="number"}var Je=12,Qe=20,Ke=4e5,L=class{#e;constructor(e){this.#e=e;let{turns:o,opened:n,draft:s}=Ye(e);this.turns=o,this.opened=n,this.draft=s}before(e){return this.turns.
slice(0,e.alone?0:this.turns.indexOf(e)).flatMap(({question:o,answer:n})=>n===void 0?[]:[{role:"user",content:o},{role:"assistant",content:n.answer?.text??""}]).
slice(-Je)}clear(){this.turns=[],this.draft="",this.save()}save(){let{opened:e,draft:o}=this,n=this.turns.slice(-Qe).map(({asking:r,failure:a,...l})=>l),s=JSON.
stringify({opened:e,draft:o,turns:n});for(;s.length>Ke&&n.length>0;)n.shift(),s=JSON.stringify({opened:e,draft:o,turns:n});try{e||o!==""||n.length>0?sessionStorage.
setItem(this.#e,s):sessionStorage.removeItem(this.#e)}catch{}}};function ce(t,{interpretation:e}){let n=(e?.turns??[]).filter(s=>t[s]!==void 0).sort((s,r)=>s-r).
map(s=>t.slice(0,s+1).findLast(({role:r})=>r==="user")?.content??"");return[...new Set(n)]}function Ye(t){try{let{turns:e,opened:o,draft:n}=JSON.parse(sessionStorage.
getItem(t)??"{}");return{turns:Array.isArray(e)?e.flatMap(Ve):[],opened:o===!0,draft:typeof n=="string"?n:""}}catch{return{turns:[],opened:!1,draft:""}}}function Ve(t){
try{let{question:e,alone:o,answer:n,readWith:s=[],rated:r=null}=t,a=[e,...s].every(c=>typeof c=="string")&&(r===null||typeof r.id=="string"&&["up","down"].includes(
r.rating)),l=n===void 0?{}:{answer:I(n),readWith:s,rated:r};return a?[{question:e,alone:o===!0,...l}]:[]}catch{return[]}}function Ze(){let t="",e=!1,o="",n=[];return s=>{if(s==="")return[];let r=(t+(e&&s.startsWith(`
`)?s.slice(1):s)).split(/\r\n|\n|\r/);e=s.endsWith("\r"),t=r.pop()??"";let a=[];for(let l of r){let[,c="",d=""]=/^([^:]*):? ?(.*)$/s.exec(l)??[];l===""?(n.length>
0&&a.push({type:o,data:n.join(`
`)}),o="",n=[]):c==="event"?o=d:c==="data"&&n.push(d)}return a}}async function ue(t){let e=Ze(),o=null,n=[];for await(let s of t)for(let{type:r,data:a}of e(s))if(r===
"answer")o=k(a);else if(r==="passage")n.push(k(a));else if(r==="error"){let l=k(a);throw M(Number(l?.status),l)}else if(r==="done"){if(o===null||k(a)?.passages!==
n.length)throw new p("cutOff");return{...o,passages:n}}throw new p("cutOff")}var Xe=3e4,et=5e3;async function de(t,e,o){if(e.filters===null)throw new p("refused",{lasting:!0});let s={method:"POST",body:{...e,accept:["uncertain"]},accept:"\
text/event-stream, application/json;q=0.5",signal:o};return Y(t,"/v1/chat",s,async(r,a)=>I(pe(r)==="text/event-stream"?await ue(a):k(await V(a))))}function K(t,e,o={}){
return Y(t,e,o,async(n,s)=>({response:n,text:await V(s)}))}async function Y(t,e,o,n){let{endpoint:s,credentials:r,askKey:a}=t,{method:l="GET",body:c,accept:d,ignoreBOM:u=!1,signal:m}=o;if(s==="")throw new p("unreachable",
{message:"the address of the service is unknown; set the attribute endpoint."});let f=t.key(),h=new AbortController;m?.addEventListener("abort",()=>h.abort(new p(
"stopped")),{once:!0});let g=0,O=()=>{clearTimeout(g),g=setTimeout(()=>h.abort(new p("slow")),Xe)};O();let S=!1,E;try{let y=await fetch(s+e,{method:l,credentials:r,
body:c===void 0?null:JSON.stringify(c),headers:{...f===""?{}:{Authorization:`Bearer ${f}`},...c===void 0?{}:{"Content-Type":"application/json"},...d===void 0?{}:
{Accept:d}},referrerPolicy:"no-referrer",signal:h.signal});S=!0;let w=tt(y,O,u);if(y.ok)return await n(y,w);let N=await V(w);E=M(y.status,pe(y)==="application/p\
roblem+json"?k(N):null)}catch(y){E=y instanceof p?y:new p("cutOff"),E=h.signal.aborted?h.signal.reason:S?E:await nt(s)}finally{clearTimeout(g),h.abort()}if(E.status!==
401||a===void 0)throw E;return await a(f,m),Y(t,e,o,n)}function pe(t){return(t.headers.get("Content-Type")??"").split(";")[0]?.trim().toLowerCase()}async function*tt(t,e,o){
let n=t.body?.getReader(),s=new TextDecoder("utf-8",{ignoreBOM:o});for(let r=await n?.read();r!==void 0&&!r.done;r=await n?.read())e(),yield s.decode(r.value,{stream:!0})}
async function V(t){let e="";for await(let o of t)e+=o;return e}async function nt(t){if(new URL(t).origin===location.origin)return new p("unreachable");try{let{
ok:o}=await fetch(`${t}/widget.js`,{method:"HEAD",cache:"no-store",credentials:"omit",referrerPolicy:"no-referrer",signal:AbortSignal.timeout(et)});if(!o)return new p(
"unreachable")}catch{return new p("unreachable")}let e=`${t} does not allow ${location.origin}; its operator can, with FOOTNOTE_ORIGINS.`;return new p("refused",
{message:e})}var he=["up","down"],ot=[403,404,405];function fe(t,e,{service:o,texts:n,icons:s,tell:r},a,l){let c=e.status==="not_found",d=c?{up:n.upMissing,down:n.downMissing}:
{up:n.up,down:n.down},u=s&&!c,m=he.map(w=>b({class:`small thumb ${w}`,part:`thumb-${w}`,title:u?d[w]:null},[it(),i("span",{class:u?"unseen":null},d[w])],()=>O(w))),
f=i("span",{class:"unsaved"}),h=!1;function g(){m.forEach((w,N)=>{w.setAttribute("aria-pressed",String(t.rated?.rating===he[N]))})}async function O(w){if(!h){h=
!0,f.textContent="";try{await st(o,t,at(t.question,a.before(t),e,w)),r("feedback",{question:t.question,rating:t.rated?.rating??null})}catch(N){!t.rated&&ot.includes(
p.of(N).status??0)?l():(f.textContent=n.unsaved,r("unsaved",{}))}h=!1,a.save(),g()}}g();let S=u?i("span",{},n.helpful):null,E={role:"group","aria-label":c?n.notFound:
n.helpful},y={class:u?"feedback":"feedback worded",part:"feedback",...E};return i("div",y,S,...m,f)}async function st(t,e,o){let n=e.rated??null;if(n!==null&&(await rt(
t,n.id),e.rated=null),n?.rating!==o.rating){let{text:s}=await K(t,"/v1/feedback",{method:"POST",body:o});e.rated={rating:o.rating,id:String(k(s).id)}}}async function rt(t,e){
try{await K(t,`/v1/feedback/${encodeURIComponent(e)}`,{method:"DELETE"})}catch(o){if(p.of(o).status!==404)throw o}}function at(t,e,{status:o,passages:[n],generation:s},r){
if(o!=="answered"||n===void 0)return{question:t,history:e,status:o,rating:r,passage:null,generation:s};let{document_id:a,revision:l,start:c,end:d}=n.citation,u=n.
highlights.at(-1)??{start:0,end:[...n.text].length},m={document_id:a,revision:l,start:c,end:d,text:n.text,highlight:u};return{question:t,history:e,status:o,rating:r,
passage:m,generation:s}}function it(){let t="http://www.w3.org/2000/svg",e=document.createElementNS(t,"svg");e.setAttribute("viewBox","0 0 24 24"),e.setAttribute(
"aria-hidden","true");let o=document.createElementNS(t,"path");return o.setAttribute("d","M3 10h4v11H3zM7 10l4.5-7.5c2 0 3 1.2 2.5 3L13 9h6.5c1.4 0 2 1 1.8 2.2l\
-1.6 7.6C19.4 20.2 18.5 21 17 21H7"),e.append(o),e}var Z={title:"Ask the documents",greeting:"Ask a question. The answer comes in the documents’ own words, with its source.",placeholder:"Your question",followUp:"\
Ask a follow-up question",ask:"Ask",close:"Close",restart:"New conversation",conversation:"Conversation",asked:"You asked:",searching:"Looking in the documents…",
stop:"Stop",found:"The documents say",retry:"Try again",notFound:"Not in these documents.",notFoundWhy:"No passage answers this question well enough to be quote\
d as an answer.",doubt:"No passage clearly answers this.",doubtWhy:"These sentences may bear on it. Read the passage around each before you quote it.",collection:"\
No single passage answers this.",collectionWhy:"The question asks for more than one sentence can say. These bear on it, and there may be others. Read the passag\
e around each.",vague:"Ask a whole question.",vagueWhy:"These words alone do not say what you want to know. Ask who, what, when, where or why.",chance:"Chance t\
hat the first passage answers: {percent}.",chanceQuoted:"Chance that the words quoted first answer: {percent}.",spelling:"Showing results for {question}",context:"\
Read together with: {question}",alone:"Ask it on its own",passage:"The passage around it",passages:"The passage around it, and {n} more",around:"The passage aro\
und each",aroundMore:"The passage around each, and {n} more",nearestOne:"The nearest passage",nearest:"The {n} nearest passages",replyTo:"In reply to: {question\
}",saidBy:"said by {name}",page:"p. {n}",recognised:"words recognised from a picture, {percent}% sure",original:"original at {host}",alsoIn:"Also found word for\
 word in",newTab:"(opens in a new tab)",very_high:"Confidence: very high.",high:"Confidence: high.",medium:"Confidence: medium. Read the passage before you quot\
e it.",low:"Confidence: low. Read the whole passage before you rely on it.",helpful:"Was this helpful?",up:"Helpful",down:"Not helpful",upMissing:"Right, it is \
not there",downMissing:"Wrong, it is there",unsaved:"Your rating could not be saved. Try again.",unanswered:"No answer arrived.",unreachable:"The service cannot\
 be reached. It may have stopped, or the connection is down.",refused:"The chat cannot be used on this site. Please tell the site’s owner.",slow:"The service \
has sent nothing for 30 seconds. It may be busy.",cutOff:"The answer was cut off before it was complete.",unreadable:"The service’s answer cannot be read.",busy:"\
The service cannot answer at the moment.",rejected:"The service does not accept this question.",tooLong:"This question is too long. The limit is 2,000 character\
s.",stopped:"Stopped."};var lt={title:"Pregunte a los documentos",greeting:"Haga una pregunta. La respuesta se da con las palabras de los propios documentos e indica su fuente.",placeholder:"\
Su pregunta",followUp:"Haga otra pregunta",ask:"Preguntar",close:"Cerrar",restart:"Nueva conversación",conversation:"Conversación",asked:"Usted preguntó:",searching:"\
Buscando en los documentos…",stop:"Detener",found:"Los documentos dicen",retry:"Intentar de nuevo",notFound:"No está en estos documentos.",notFoundWhy:"Ningú\
n pasaje responde a esta pregunta lo bastante bien como para citarlo.",doubt:"Ningún pasaje responde con claridad.",doubtWhy:"Estas frases pueden tener relació\
n con la pregunta. Lea el pasaje completo de cada una antes de citarla.",collection:"Ningún pasaje responde por sí solo.",collectionWhy:"La pregunta pide más \
de lo que puede decir una sola frase. Estas tienen relación con ella, y puede haber otras. Lea el pasaje completo de cada una.",vague:"Haga una pregunta comple\
ta.",vagueWhy:"Estas palabras solas no dicen qué quiere saber. Pregunte quién, qué, cuándo, dónde o por qué.",chance:"Probabilidad de que el primer pasaje\
 responda: {percent}.",chanceQuoted:"Probabilidad de que respondan las palabras citadas primero: {percent}.",spelling:"Se muestran resultados para {question}",context:"\
Leída junto con: {question}",alone:"Preguntar sin contexto",passage:"El pasaje completo",passages:"El pasaje completo y {n} más",around:"El pasaje completo de\
 cada una",aroundMore:"El pasaje completo de cada una y {n} más",nearestOne:"El pasaje más cercano",nearest:"Los {n} pasajes más cercanos",replyTo:"En respue\
sta a: {question}",saidBy:"dicho por {name}",page:"p. {n}",recognised:"palabras reconocidas en una imagen, con {percent} % de seguridad",original:"original en \
{host}",alsoIn:"También aparece, palabra por palabra, en",newTab:"(se abre en otra pestaña)",very_high:"Confianza: muy alta.",high:"Confianza: alta.",medium:"\
Confianza: media. Lea el pasaje antes de citarlo.",low:"Confianza: baja. Lea el pasaje entero antes de fiarse de él.",helpful:"¿Le ha servido?",up:"Útil",down:"\
No útil",upMissing:"Correcto, no está",downMissing:"Incorrecto, sí está",unsaved:"No se pudo guardar su valoración. Inténtelo de nuevo.",unanswered:"No ll\
egó ninguna respuesta.",unreachable:"No se puede conectar con el servicio. Quizá esté detenido o no haya conexión.",refused:"El chat no se puede usar en est\
e sitio. Avise al propietario del sitio.",slow:"El servicio no ha enviado nada en 30 segundos. Quizá esté ocupado.",cutOff:"La respuesta se cortó antes de est\
ar completa.",unreadable:"No se puede leer la respuesta del servicio.",busy:"El servicio no puede responder en este momento.",rejected:"El servicio no admite es\
ta pregunta.",tooLong:"Esta pregunta es demasiado larga. El límite es de 2000 caracteres.",stopped:"Detenida."},me=lt;var ct={en:Z,es:me},R=Z;function F(t){return ct[X(t)]}function ge(t){return navigator.languages.find(o=>/^[\w-]+$/.test(o)&&X(o)===X(t))??t}function X(t){return(t.
split("-")[0]??"").toLowerCase()}function $(t,e){let[o="",n=""]=t.split("{question}");return[o,...e,n]}function x(t,e){return t.replace(/\{(\w+)\}/g,(o,n)=>String(
e[n]??o))}function ut(t,{texts:e,language:o}){let{authors:n,title:s,speaker:r,section:a,page:l,place:c,recognised:d,publisher:u,published:m}=t;return[["authors",ht(n,o)],
["title",s],["speaker",r&&x(e.saidBy,{name:r})],["section",a===s?null:a&&`“${a}”`],["page",l==null?null:x(e.page,{n:l})],["place",c],["recognised",typeof d==
"number"?x(e.recognised,{percent:pt(d)}):null],["publisher",u],["published",m&&ft(m,o)]].flatMap(([h,g])=>g?[{kind:h,text:g}]:[])}function P(t,e){let o=ut(t,e).
map(({kind:s,text:r})=>{switch(s){case"title":return ee(t,e);case"page":case"place":case"recognised":return r;case"published":return i("time",{datetime:t.published},
r);default:return ae(r,t.language)}}),n=dt(t,e);return i("p",{class:"source",part:"source"},...W([...o,n],", "),".")}function ee(t,e){let{endpoint:o}=e.service,
n=i("cite",A(t.language),t.title),s=T(t.href,o);return s===null||s.origin!==T(o)?.origin?n:be(s,n,t,e)}function dt(t,e){let o=T(t.source_href??t.url);return o===
null?null:be(o,x(e.texts.original,{host:o.host}),t,e)}function be({href:t},e,o,{texts:n,newTab:s,tell:r}){let l=i("a",{href:t,rel:"noopener noreferrer",part:"li\
nk",...s?{target:"_blank"}:{}},e);return s&&l.append(i("span",{class:"unseen"},` ${n.newTab}`)),l.addEventListener("click",c=>{r("source",{href:t,citation:o})||
c.preventDefault()}),l}function pt(t){return Math.floor(100*t)}function W(t,e){return t.filter(n=>n!==null).flatMap((n,s)=>s===0?[n]:[e,n])}function ht(t,e){return new Intl.
ListFormat(e).format(t)}function ft(t,e){let o=new Date(`${t}T00:00:00Z`),n=new Intl.DateTimeFormat(e,{dateStyle:"long",timeZone:"UTC"});return Number.isNaN(o.getTime())?
t:n.format(o)}function mt(t,e){let o=new Map,n=0,s=0;for(let r of[...new Set(e)].sort((a,l)=>a-l)){for(;n<r&&s<t.length;)s+=(t.codePointAt(s)??0)>65535?2:1,n+=1;n===r&&o.set(
r,s)}return o}function te(t,e){let o=mt(t,e.flatMap(({start:s,end:r})=>[s,r])),n=[];for(let s of[...e].sort((r,a)=>r.start-a.start)){let r=o.get(s.start),a=o.get(
s.end),l=n.at(-1);r===void 0||a===void 0||r>=a||(l!==void 0&&r<=l.end?l.end=Math.max(l.end,a):n.push({start:r,end:a}))}return n}function we(t,e,o){let n=[],s=0;for(let r of e)n.push(...ne(t,{start:s,end:r.start},o),r.start<r.end?i("mark",{part:"mark"},...ne(t,r,o)):i("span",{class:"place"})),
s=r.end;return[...n,...ne(t,{start:s,end:t.length},o)]}function ne(t,e,o){let n=[],s=e.start;for(let{start:r,end:a,level:l}of o){let[c,d]=[Math.max(r,e.start),Math.
min(a,e.end)];if(c<d){let u=l===void 0?{}:{role:"heading","aria-level":String(l)};n.push(t.slice(s,c),i("span",{class:"heading",...u},t.slice(c,d))),s=d}}return n.
push(t.slice(s,e.end)),n.filter(r=>r!=="")}function gt(t,e,o){let n=t.indexOf(`
`,e),s=n===-1?t.length:n;return o&&t.slice(e,s).includes(o)?[{start:e,end:s}]:[]}function ve(t,e){let o=gt(t,0,e),n=[...t.matchAll(/^#{1,6} .*/gm)].map(({index:s,
0:r})=>({start:s,end:s+r.length}));return[...o,...n.filter(({start:s})=>s>0||o.length===0)]}var bt=3;function ye({status:t,reason:e,answer:o,confidence:n,passages:s},r,a){let{texts:l,unfolded:c,copyButton:d}=r,u=t==="answered"?o:null,m=e&&e!=="vague"?s.
slice(0,bt):[],f=u===null?null:d(u.text,u.citation),h=s.map(S=>Et(S,r)),g=i("details",{part:"passages",open:u!==null&&c?"":null},i("summary",{},wt(u!==null,m.length,
s.length,l)),t==="uncertain"?null:ke(l.chance,n.passage_probability,r),i("ol",{class:"passages"},...h));function O(S){g.open=!0,h[S]?.focus({preventScroll:!0}),
h[S]?.scrollIntoView({block:"nearest"})}return[u===null?vt(e??null,m,n,r,O):xt(u,n.level,r),f===null&&a===null?null:i("div",{class:"tools"},f,a),s.length===0?null:
g]}function wt(t,e,o,n){return t?x(o===1?n.passage:n.passages,{n:o-1}):e>0?x(o===e?n.around:n.aroundMore,{n:o-e}):x(o===1?n.nearestOne:n.nearest,{n:o})}function _(t,e){
return j(e,{class:"outcome",tabindex:"-1"},t)}function vt(t,e,o,n,s){let{texts:r,level:a}=n;if(t===null){let l=_(r.notFound,a+1);return i("div",{class:"not-foun\
d",part:"not-found"},l,i("p",{},r.notFoundWhy))}return i("div",{class:"uncertain",part:"uncertain"},_(r[t],a+1),i("p",{},r[`${t}Why`]),e.length===0?null:i("ol",
{class:"passages"},...e.map((l,c)=>yt(l,n,()=>s(c)))),t==="doubt"&&e.length>0?ke(r.chanceQuoted,o.probability,n):null)}function yt({text:t,highlights:e,citation:o},n,s){
let r=te(t,e),l=(r.length===0?[t]:r.map(({start:c,end:d})=>t.slice(c,d))).map(c=>i("span",{class:"quoted"},c));return i("li",{},i("blockquote",{class:"passage",
part:"passage",...A(o.language)},...W(l,`
`)),P(kt(o,e.at(-1)),n),b({class:"small",part:"around"},[n.texts.passage],s))}function kt(t,e){if(e===void 0)return t;let[o,n]=[t.start+e.start,t.start+e.end];return{
...t,start:o,end:n,href:t.href.replace(/#char=.*$/,`#char=${o},${n}`)}}function ke(t,e,{language:o}){if(typeof e!="number")return null;let n=new Intl.NumberFormat(
o,{style:"percent"}).format(e);return i("p",{class:"chance",part:"chance"},x(t,{percent:n}))}function xt({text:t,citation:e,reply_to:o},n,s){let{texts:r,level:a}=s;
return i("figure",{},_(r.found,a+1),o?St(o,s):null,i("blockquote",{class:"quotation",part:"quotation",...A(e.language)},i("span",{class:"quoted"},t)),i("p",{class:"\
confidence",part:"confidence"},r[n]??null),i("figcaption",{},P(e,s)))}function St({text:t,citation:e},{texts:o}){let n=i("q",A(e.language),t);return i("p",{class:"\
reply-to",part:"reply-to"},...$(o.replyTo,[n]))}function Et({text:t,highlights:e,citation:o,also_found_in:n},s){let r=we(t,te(t,e),ve(t,o.section)),a=W(n.map(l=>ee(
l,s)),", ");return i("li",{tabindex:"-1"},i("blockquote",{class:"passage",part:"passage",...A(o.language)},...r),P(o,s),a.length===0?null:i("p",{class:"source",
part:"source"},`${s.texts.alsoIn} `,...a,"."),s.copyButton(t,o))}function xe(t,{texts:e,explained:o,level:n},s){let[r="",...a]=Tt(t,e,o),l=i("div",{class:"failu\
re",part:"failure"},_(r,n),...a.map(c=>i("p",{},c)));return t.retry&&l.append(b({class:"small",part:"retry"},[e.retry],s)),l}function Tt({kind:t,details:e,status:o},n,s){
if(s&&e.length>0)return e;let[r="",...a]=n[t].split(/(?<=[.!?]) /);return[s&&o!==null?`${r.replace(/\.$/,"")} (status ${o}).`:r,...a]}function Se(t,e,{stop:o,retry:n,askAlone:s},r){let{texts:a,level:l}=e,c=ie("question"),d=a.asked===""?null:i("span",{class:"unseen"},`${a.asked} `),u=j(l,{class:"\
question",part:"question",id:c,dir:"auto"},d,t.question);return i("article",{class:"turn",part:"turn","aria-labelledby":c},u,m());function m(){if(t.asking!==void 0)
return At(e,o);if(t.answer===void 0){let g=t.failure??new p("unanswered");return xe(g,{...e,level:l+1},n)}let f=ye(t.answer,e,r),h=[qt(t.answer,e),Ot(t,e,s)];return i(
"div",{class:"answer",part:"answer"},...h,...f)}}function At({texts:t},e){return i("div",{class:"searching",part:"searching"},i("p",{},i("span",{},t.searching)),
b({class:"small",part:"stop"},[t.stop],e))}function qt({interpretation:t},{texts:e}){let o=t?.spelling;if(!o)return null;let n=$(e.spelling,[i("q",{dir:"auto"},
o)]);return i("p",{class:"context",part:"spelling"},i("span",{},...n))}function Ot({readWith:t=[]},{texts:e,language:o},n){if(t.length===0)return null;let s=new Intl.
ListFormat(o).formatToParts(t).map(({type:r,value:a})=>r==="element"?i("q",{dir:"auto"},a):a);return i("div",{class:"context",part:"context"},i("p",{},...$(e.context,
s)),b({class:"small",part:"alone"},[e.alone],n))}var B=class{#e;#s;#r;#n=new Map;#t=!0;constructor(e,o,n,s){this.#s=e,this.#e=o,this.#r=s,this.conversation=n}replace(e){this.stop(),this.#t=!0,this.conversation=
e}set(e){this.#e=e}showAll(){this.#n.clear(),this.#s.replaceChildren();for(let e of this.conversation.turns)this.#i(e);this.#r.changed()}get asking(){return this.
conversation.turns.find(({asking:e})=>e!==void 0)??null}async ask(e,o=!1){this.stop();let n={question:e,alone:o};if(this.#e.mended)for(let s of this.conversation.
turns.filter(({answer:r})=>r===void 0))this.#o(s);return this.conversation.turns.push(n),this.#e.tell("question",{question:e}),this.#l(n)}stop(){let e=this.asking;
return e!==null&&(e.asking?.abort(),delete e.asking,e.failure=new p("stopped"),this.#i(e)),e}withdraw(){let e=this.stop();return e!==null&&this.#o(e),e}clear(){
this.stop(),this.conversation.clear(),this.showAll()}#o(e){this.conversation.turns=this.conversation.turns.filter(o=>o!==e),this.#n.get(e)?.remove(),this.#n.delete(
e),this.#r.changed()}#a(e,o){this.stop(),e.alone=o,this.#e.tell("question",{question:e.question}),this.#l(e)}async#l(e){let{service:o,request:n,longest:s,texts:r,
tell:a,mended:l}=this.#e,{question:c,alone:d=!1}=e,u=new AbortController;delete e.failure,delete e.answer,delete e.rated,e.asking=u,delete e.readWith;let m=this.
conversation.before(e);this.conversation.draft=l?c:"",this.conversation.save(),this.#r.began(e,this.#i(e));let f=null,h=null;try{if([...c].length>s)throw new p(
"tooLong");let g=[...m,{role:"user",content:c}];f=await de(o,{messages:g,context:!d,...n},u.signal)}catch(g){h=p.of(g)}return e.asking!==u?null:(delete e.asking,
h!==null?e.failure=h:f!==null&&(e.answer=f,e.readWith=ce(m,f),this.conversation.draft=""),this.conversation.save(),this.#r.ended(e,this.#i(e)),h!==null?a("error",
{question:c,kind:h.kind,message:r[h.kind]}):a("answer",{question:c,answer:f}),e)}#i(e){let o=this.#n.get(e),n=Se(e,this.#e,{stop:()=>this.#r.stop(),retry:()=>this.#a(
e,e.alone??!1),askAlone:()=>this.#a(e,!0)},this.#d(e)),s=this.#s.contains(this.#u());return this.#n.set(e,n),o!==void 0?o.replaceWith(n):this.#n.size===1?this.#s.
replaceChildren(n):this.#s.append(n),this.#r.changed(),s&&this.#c(),n}#c(){this.#u()===null&&this.#s.focus({preventScroll:!0})}#u(){let e=this.#s.getRootNode().
activeElement;return e===document.body?null:e}#d(e){let{answer:o}=e;return o===void 0||!this.#t?null:fe(e,o,this.#e,this.conversation,()=>{this.#t=!1;for(let n of this.#s.
querySelectorAll(".feedback"))n.remove();this.#c(),this.#e.tell("unrated",{})})}};var Ct=["title","greeting","placeholder","disclaimer"],H=["endpoint","key","colour","color","position","theme","language","texts","suggestions","passages","filt\
ers",...Ct],D=2e3,Oe=["document_id","publisher","published","language","tag","extra"],Nt=/^(ar|arc|ckb|dv|fa|he|ks|ku-arab|ps|sd|syr|ug|ur|yi)(-|$)/i,Ee=new Set;
function z(t){Ee.has(t)||(Ee.add(t),console.warn(`Footnote: ${t}`))}function U(t,e){let o=`a JSON object of texts, with keys among ${Object.keys(R).join(", ")}`,
n=v(t,"texts",null,zt,o),s=t.closest("[lang]")?.getAttribute("lang")||document.documentElement.lang,r=F(s)===void 0&&n===null?"en":s||"en",a=v(t,"language",qe(r)??
"en",d=>F(d)===void 0&&n===null?null:qe(d),"en, es, or a language whose texts the attribute texts gives"),l={...F(a)??R,...n},c=t.hasAttribute("colour")?"colour":
"color";return{endpoint:v(t,"endpoint",e,Lt,"an address such as https://ask.example.org"),key:v(t,"key","",Ae(/^[!-~]+$/),"a key from the service's operator"),inline:v(
t,"mode","inline",Te("inline","launcher"),"inline or launcher")==="inline",title:t.getAttribute("title")?.trim()||l.title,colour:v(t,c,null,d=>CSS.supports("col\
or",d)?d:null,"a CSS colour such as #0b5394"),corner:v(t,"position",["bottom","end"],$t,"bottom or top, a hyphen, and end, start, left or right"),theme:v(t,"the\
me","auto",Te("auto","light","dark"),"auto, light or dark"),language:a,direction:Nt.test(a)?"rtl":"ltr",texts:l,greeting:t.getAttribute("greeting")??l.greeting,
placeholder:t.getAttribute("placeholder")||l.placeholder,followUp:t.getAttribute("placeholder")||l.followUp,disclaimer:t.getAttribute("disclaimer")??"",suggestions:v(
t,"suggestions",[],Mt,"a JSON list of questions"),passages:v(t,"passages",null,Ae(/^([1-9]\d?|100)$/),"a whole number from 1 to 100"),filters:v(t,"filters",{},jt,
`a JSON object with keys among ${Oe.join(", ")}`,null)}}function v(t,e,o,n,s,r=o){let a=t.getAttribute(e)?.trim()??"";if(a==="")return o;try{let d=n(a);if(d!==null)
return d}catch{}let l=a.length>60?`${a.slice(0,60)}…`:a;return z(`the attribute ${e} must be ${s}, not "${l}". ${r===o?"The default is used.":"No question is \
asked."}`),r}function Te(...t){return e=>t.includes(e)?e:null}function Ae(t){return e=>t.test(e)?e:null}function Lt(t){return T(t)?.href.replace(/\/$/,"")??null}
function qe(t){try{return Intl.getCanonicalLocales(t)[0]??null}catch{return null}}function $t(t){return/^(bottom|top)-(start|end|left|right)$/.test(t)?t.split("\
-"):null}function zt(t){let e=Ce(t,Object.keys(R));return e!==null&&Object.values(e).every(o=>typeof o=="string")?e:null}function jt(t){return Ce(t,Oe)}function Ce(t,e){
let o=JSON.parse(t);return typeof o=="object"&&o!==null&&!Array.isArray(o)&&Object.keys(o).every(s=>e.includes(s))?o:null}function Mt(t){let e=JSON.parse(t);return Array.
isArray(e)&&e.every(o=>typeof o=="string")?e:null}var Ne={light:[.984,.973,.945],dark:[.102,.09,.078]};function ze(t){let e=se(t,[1,1,1])>=se(t,[0,0,0])?"#fff":"#000",o=`--accent-ink: ${oe(Le(t,Ne.dark,1))};`;return`\
.root { --accent: ${oe(t)} !important; --on-accent: ${e} !important;
    --accent-ink: ${oe(Le(t,Ne.light,0))}; }
    @media (prefers-color-scheme: dark) { .root[data-theme="auto"] { ${o} } }
    .root[data-theme="dark"] { ${o} }`}function Le(t,e,o){for(let n=0;n<1;n+=.05){let s=t.map(r=>r+(o-r)*n);if(se(s,e)>=4.6)return s}return[o,o,o]}function se(t,e){
let[o,n]=[$e(t),$e(e)];return(Math.max(o,n)+.05)/(Math.min(o,n)+.05)}function $e(t){let[e=0,o=0,n=0]=t.map(s=>s<=.04045?s/12.92:((s+.055)/1.055)**2.4);return .2126*
e+.7152*o+.0722*n}function oe(t){return`rgb(${t.map(e=>Math.round(e*255)).join(" ")})`}function je(t){let e=(t.match(/-?[\d.]+(e-?\d+)?/g)??[]).map(Number),o=t.
startsWith("rgb")?255:1;return e.length<3||(e[3]??1)<1?null:e.slice(0,3).map(n=>Math.min(Math.max(n/o,0),1))}var It="(max-width: 30em), (max-height: 26em)",G=class{#e;#s;#r;#n=i("section");#t=matchMedia(It);#o=null;constructor(e,o,n){this.#e=e,this.#s=o,this.#r=n}place(e,o,n){
let s=o?"section":"dialog";(this.#n.localName!==s||this.#n.firstChild===null)&&(this.hide(),this.#n=i(s,{id:"panel",part:"panel","aria-labelledby":"title"},this.#e),
this.#n.addEventListener("cancel",a=>{a.preventDefault(),this.#r()}),this.#n.addEventListener("close",()=>{this.#n.isConnected&&!this.#a?.open&&this.#r()}),e.replaceChildren(
...o?[this.#n]:[this.#s,this.#n])),this.#s.className=["launcher",...n].join(" ");let r=this.#l?["covering"]:[];this.#n.className=["frame",...o?[]:n,...r].join("\
 ")}get#a(){return this.#n instanceof HTMLDialogElement?this.#n:null}get#l(){return this.#n.getAttribute("aria-modal")==="true"}show(){let e=this.#a;if(e===null||
e.open)return;let o=this.#t.matches;if(this.#s.setAttribute("aria-expanded","true"),this.#n.classList.toggle("covering",o),o){e.setAttribute("aria-modal","true"),
e.showModal();let n=document.documentElement.style;this.#o=n.overflow,n.overflow="hidden"}else e.open=!0}hide(){this.#s.setAttribute("aria-expanded","false"),this.#a?.
close(),this.#n.removeAttribute("aria-modal"),this.#o!==null&&(document.documentElement.style.overflow=this.#o,this.#o=null)}follow(){this.#t.addEventListener("\
change",this.#i),this.#i()}unfollow(){this.#t.removeEventListener("change",this.#i)}#i=()=>{if(this.#a?.open&&this.#t.matches!==this.#l){let e=this.#n.getRootNode(),
o=e instanceof ShadowRoot?e.activeElement:null;this.hide(),this.show(),o?.focus()}}};var Me=`
    color-scheme: dark;
    --paper: var(--footnote-paper, #1a1714);
    --ink: var(--footnote-ink, #ebe4d8);
    --quiet: var(--footnote-quiet, #b5ac9f);
    --line: var(--footnote-line, #83796c);
    --tint: var(--footnote-tint, #2b2621);
    --mark: var(--footnote-mark, #5a4420);
    --accent: #efa48f;
    --on-accent: #1f1410;
    --accent-ink: #efa48f;`,Ie=`
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
@media (prefers-color-scheme: dark) { .root[data-theme="auto"] { ${Me} } }
.root[data-theme="dark"] { ${Me} }
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
.context, .reply-to, .confidence, .chance, .source, .feedback, .disclaimer { font-size: 0.875em; color: var(--quiet); }
.context { margin-block-end: 0.75em; }
.context p { display: inline; margin-inline-end: 0.4em; }
.not-found .outcome, .uncertain .outcome { font-weight: 600; }
.heading { font-weight: 600; }
.quotation, .passage { white-space: pre-wrap; unicode-bidi: plaintext; }
.passage { overflow-x: clip; } /* a mark does not go on under the space that ends a line */
.quotation { font-size: 1.1875em; line-height: 1.4; }
.reply-to { margin-block-end: 0.4em; }
.quoted::before { content: open-quote; }
.quoted::after { content: close-quote; }
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
.passages + .chance { margin-block-start: 1em; }
.uncertain .small { margin-block-start: 0.4em; }
.feedback { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25em; margin-block-start: 0.5em; }
.feedback button { font-size: 1em; min-inline-size: 2.25em; min-block-size: 2.25em; padding: 0.3em; border-color: transparent; line-height: 0; }
.worded button { display: flex; align-items: center; gap: 0.35em; line-height: 1.35; text-align: start; border-color: var(--line); }
.worded svg { flex: none; }
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
`;var Re=new CSSStyleSheet;Re.replaceSync(Ie);var J=class{#e;#s=new CSSStyleSheet;root=i("div",{class:"root",title:""});launcher=b({part:"launcher","aria-controls":"\
panel"},[],()=>this.#e.toggle());restart=b({part:"restart"},[],()=>this.#e.restart());log=i("div",{class:"log",part:"log",role:"log",tabindex:"0"});field=i("tex\
tarea",{part:"field",rows:"1",maxlength:String(D),enterkeyhint:"send",autocomplete:"off"});#r=i("h2",{class:"title",part:"title",id:"title"});#n=b({class:"close",
part:"close"},["×"],()=>this.#e.close());#t=b({class:"send",part:"send"},[],()=>this.#e.send());#o=i("p",{class:"disclaimer",part:"disclaimer"});#a=i("div",{class:"\
chat",part:"chat"},i("div",{class:"header",part:"header"},this.#r,this.restart,this.#n),this.log,i("div",{class:"writing",part:"writing"},this.field,this.#t),this.#o);panel=new G(
this.#a,this.launcher,()=>this.#e.close());constructor(e,o){this.#e=o,e.adoptedStyleSheets=[Re,this.#s],e.append(this.root)}apply({inline:e,title:o,colour:n,corner:s,
theme:r,language:a,direction:l,texts:c,placeholder:d,disclaimer:u}){this.root.dataset.theme=r,this.#r.textContent=o,this.launcher.replaceChildren(i("span",{lang:a,
dir:l},o)),this.#a.lang=a,this.#a.dir=l,this.restart.textContent=c.restart,this.#n.setAttribute("aria-label",c.close),this.#n.hidden=e,this.log.setAttribute("ar\
ia-label",c.conversation),this.field.setAttribute("aria-label",d),this.#t.textContent=c.ask,this.#o.textContent=u,this.#o.hidden=u==="",this.panel.place(this.root,
e,s),this.#s.replaceSync(n===null||!this.root.isConnected?"":this.#l(n))}#l(e){let o=i("span",{hidden:""});o.style.color=e,o.style.color=`color-mix(in srgb, ${e}\
, ${e})`,this.root.append(o);let n=je(getComputedStyle(o).color);return o.remove(),n===null?(z(`the attribute colour must be opaque, not "${e}". The default is \
used.`),""):ze(n)}follow({placeholder:e,followUp:o},n){this.restart.hidden=!n,this.field.placeholder=n?o:e}greet({greeting:e,suggestions:o}){let n=o.map(s=>b({part:"\
suggestion"},[i("bdi",{},s)],()=>this.#e.suggestion(s)));this.log.replaceChildren(i("p",{class:"greeting",part:"greeting",dir:"auto"},e),n.length===0?"":i("div",
{class:"suggestions",part:"suggestions"},...n))}scroll(){let e=this.log.lastElementChild;e instanceof HTMLElement&&e.classList.contains("turn")&&(this.log.scrollTop=
e.offsetTop-12)}enter(){(matchMedia("(pointer: coarse)").matches?this.log:this.field).focus({preventScroll:!0})}};var q="footnote-chat",Rt=["open","close","question","answer","source","feedback","error"];function Fe(t,e){return class extends HTMLElement{static observedAttributes=[
...H,"mode"];#e=U(document.createElement("div"),t);#s=!1;#r="";#n=null;#t=new J(this.attachShadow({mode:"open"}),{toggle:()=>this.#o.conversation.opened?this.close():
this.open(),close:()=>this.close(),restart:()=>this.clear(),send:()=>this.#f(),suggestion:n=>this.ask(n)});#o=new B(this.#t.log,this.#l(),new L(""),{stop:()=>this.#o.
stop(),began:()=>this.#t.scroll(),ended:n=>this.#m(n),changed:()=>this.#u()});constructor(){super(),this.#t.root.addEventListener("keydown",n=>this.#g(n))}open(){
if(!this.isConnected)return;let{conversation:n}=this.#o;if(!this.#e.inline&&!n.opened){let s=document.activeElement;this.#n=s instanceof HTMLElement&&s!==this&&
s!==document.body?s:null,n.opened=!0,this.#p(),n.save(),this.#h("open",{})}this.#t.enter()}close(){let{conversation:n}=this.#o;if(this.#e.inline||!n.opened)return;
let s=this.#a;n.opened=!1,this.#t.panel.hide(),n.save(),s&&(this.#n?.isConnected?this.#n:this.#t.launcher).focus(),this.#h("close",{})}async ask(n){let s=String(
n).trim();return s===""||!this.isConnected?null:(!this.#e.inline&&!this.#o.conversation.opened&&this.open(),(await this.#o.ask(s))?.answer??null)}clear(){let n=this.#a;
this.#o.clear(),this.#d(),n&&this.#t.enter()}connectedCallback(){this.#e=U(this,t),this.#s||(this.#s=!0,this.#i()),this.#c(),this.#t.panel.follow(),this.#p()}disconnectedCallback(){
this.#t.panel.unfollow(),this.#t.panel.hide(),e(this),queueMicrotask(()=>this.isConnected||this.#o.stop())}attributeChangedCallback(){if(!this.#s)return;let{endpoint:n}=this.#e;
if(this.#e=U(this,t),this.#e.endpoint!==n){let{opened:s}=this.#o.conversation;this.#i(),this.#o.conversation.opened=s}this.#c(),this.#p()}get#a(){return this.shadowRoot?.
activeElement!==null}#l(){let{endpoint:n,key:s,passages:r,filters:a,texts:l,language:c}=this.#e;return{service:{endpoint:n??"",credentials:"omit",key:()=>s},request:{
...r===null?{}:{k:Number(r)},filters:a},longest:D,texts:l,language:ge(c),level:3,newTab:!0,unfolded:!1,icons:!0,explained:!1,mended:!1,copyButton:()=>null,tell:(d,u)=>this.#h(
d,u)}}#i(){let n=[...document.querySelectorAll(`${q}:not([id])`)].indexOf(this),s=this.id||(n>0?n+1:"");this.#o.replace(new L(`footnote ${this.#e.endpoint} ${s}`.
trimEnd())),this.#r=""}#c(){let{language:n,texts:s,greeting:r,suggestions:a}=this.#e;this.#t.apply(this.#e),this.#u(),this.#o.set(this.#l());let l=JSON.stringify(
[n,s,r,a]);l!==this.#r&&(this.#r=l,this.#o.showAll(),this.#d(),this.#t.scroll())}#u(){this.#t.follow(this.#e,this.#o.conversation.turns.length>0)}#d(){this.#o.conversation.
turns.length===0&&this.#t.greet(this.#e)}#p(){this.isConnected&&this.#o.conversation.opened&&!this.#e.inline&&(this.#t.panel.show(),this.#t.scroll())}#m({failure:n}){
n?.message&&z(n.message),this.#t.scroll()}#h(n,s){if(!Rt.includes(n))return!0;let r=n==="source";return this.dispatchEvent(new CustomEvent(`footnote-${n}`,{bubbles:!0,
composed:!0,cancelable:r,detail:s}))}#g(n){n.isComposing||(n.key==="Escape"&&this.#o.conversation.opened&&!this.#e.inline?(n.preventDefault(),n.stopPropagation(),
this.close()):n.key==="Enter"&&!n.shiftKey&&n.target===this.#t.field&&(n.preventDefault(),this.#f()))}#f(){let n=this.#t.field.value;n.trim()!==""&&(this.#t.field.
value="",this.ask(n)),this.#t.enter()}}}var C=document.currentScript instanceof HTMLScriptElement?document.currentScript:null,Ft=T(C===null?null:".",C?.src)?.href.replace(/\/$/,"")??null,We=new WeakSet;
function _e(t){if(document.body){t();return}let e=new MutationObserver(()=>{document.body&&(e.disconnect(),t())});e.observe(document.documentElement,{childList:!0})}
function Pe(t){if(document.querySelector(q)!==null||t.dataset.mode==="none")return;let e=document.createElement(q);e.setAttribute("mode","launcher");for(let o of H){
let n=t.dataset[o];n!==void 0&&e.setAttribute(o,n)}We.add(e),document.body.append(e)}function Pt(t){We.has(t)&&t.parentNode!==null&&_e(()=>document.querySelector(
q)??document.body.append(t))}customElements.get(q)===void 0&&customElements.define(q,Fe(Ft,Pt));C!==null&&document.readyState==="loading"?document.addEventListener(
"DOMContentLoaded",()=>Pe(C),{once:!0}):C!==null&&_e(()=>Pe(C));})();
